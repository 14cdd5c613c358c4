import { type Path, changed } from './template.ts';

/** A template with one thing wrong, and what a law finds in it. */
export type Broken = readonly [what: string, breaking: (template: unknown) => unknown, found: string];

export const one = (what: string, path: Path, value: unknown, found: string): Broken => [
  what,
  (template) => changed(template, path, value),
  found,
];

/** A statement that is added to a role. */
export const allow = (Action: string, Resource: unknown, keys?: readonly string[]) => ({
  ...{ Sid: 'Added', Effect: 'Allow', Action, Resource },
  ...(keys ? { Condition: onKeys(...keys) } : {}),
});

export const onKeys = (...keys: readonly string[]) => ({
  'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys },
});

export const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });
