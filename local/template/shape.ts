import * as z from 'zod';
import type { PseudoParameters } from './identifiers.ts';

const resourceSchema = z.object({
  Type: z.string(),
  Condition: z.string().optional(),
  Properties: z.record(z.string(), z.unknown()).default({}),
});

export const templateSchema = z.object({
  Parameters: z.record(z.string(), z.object({ Default: z.union([z.string(), z.number()]).optional() })).default({}),
  Conditions: z.record(z.string(), z.unknown()).default({}),
  Resources: z.record(z.string(), resourceSchema),
});

export type Template = z.infer<typeof templateSchema>;

export interface Settings extends PseudoParameters {
  /** Values of the template's own parameters, before their defaults. */
  readonly parameters?: Readonly<Record<string, string>>;
  /**
   * Values that win over what would be made up: by `LogicalId` for `Ref`, `LogicalId.Attribute` for `Fn::GetAtt`, or
   * by a whole `{{resolve:…}}` text.
   */
  readonly overrides?: Readonly<Record<string, string>>;
}

/** What intrinsic functions are resolved against. */
export interface Scope {
  readonly template: Template;
  readonly settings: Settings;
}

/** The value as text; throws an Error naming `place` when it is none. */
export const text = (value: unknown, place: string): string => {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Error(`${place}: a text is wanted`);
};

export const texts = (value: unknown, place: string): string[] => list(value, place).map((item) => text(item, place));

export const list = (value: unknown, place: string): readonly unknown[] => {
  if (!Array.isArray(value)) throw new Error(`${place}: a list is wanted`);
  return value;
};

export const pair = (value: unknown, place: string): [unknown, unknown] => {
  const items = list(value, place);
  if (items.length !== 2) throw new Error(`${place}: a list of two is wanted`);
  return [items[0], items[1]];
};

/** The name and argument of `{ name: argument }`, or undefined for any other shape. */
export const onlyEntry = (value: unknown): [string, unknown] | undefined => {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return entries.length === 1 ? entries[0] : undefined;
};
