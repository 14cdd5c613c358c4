import * as z from 'zod';
import type { Rule } from '../../domain/rule.ts';
import { type AccessFault, AccessFileError } from '../access-fault.ts';
import { lineOf } from '../access-words.ts';
import type { CompiledAccess } from '../access.ts';
import { checked } from '../schema-fault.ts';
import { yamlSource } from '../yaml-source.ts';
import { rulesOf, verdictOf } from './scene.ts';
import { actText, sceneOf, whoOf, whoText } from './scene-text.ts';

/** A Wednesday, noon UTC: when an expectation that names no time takes place, so that it comes out the same every day. */
const SOME_NOON = '2026-01-07T12:00:00.000Z';

const expectation = z.strictObject({
  name: lineOf(200).optional(),
  as: z.string(),
  ...actText,
  /** `allowed`, or the code of the refusal. */
  expect: z.string().regex(/^[a-z]+(?:_[a-z]+)*$/, { error: 'must be allowed, or the code of a refusal' }),
  /** The rule that refuses. */
  rule: z.string().optional(),
});

const file = (access: CompiledAccess) =>
  z.strictObject({
    version: z.literal(1),
    principals: z.record(z.string(), whoText(access)),
    expectations: z.array(expectation).min(1).max(2000),
  });

export interface Tried {
  readonly name: string;
  /** From 1, where it stands in the file. */
  readonly line: number;
  readonly passed: boolean;
  /** `allowed` or a code, and the rule where it was asked for: `invalid_input (ticket)`. */
  readonly expected: string;
  readonly got: string;
  readonly rules: readonly Rule[];
}

/**
 * How each expectation of the file comes out under the policy.
 * @throws AccessFileError with every fault of the file
 */
export const tryExpectations = (access: CompiledAccess, text: string, name: string): readonly Tried[] => {
  const source = yamlSource(name, text);
  const faults: AccessFault[] = [...source.faults];
  const content = source.value === undefined ? undefined : checked(source, [], file(access), faults);
  const tried = (content?.expectations ?? []).flatMap((each, index): readonly Tried[] => {
    const fault = (key: string, code: string, message: string): void =>
      void faults.push(source.fault(['expectations', index, key], code, message));
    const who = content?.principals[each.as];
    if (!who) fault('as', 'unknown_principal', 'is none of principals');
    if (!access.entitlements.some(({ id }) => id === each.entitlement))
      fault('entitlement', 'unknown_entitlement', 'is no entitlement of the policy');
    if (!who) return [];
    const scene = sceneOf(whoOf(who), { ...each, ticketState: each.ticketState ?? 'open' }, SOME_NOON);
    const rules = rulesOf(access, scene);
    const { line } = source.fault(['expectations', index], '', '');
    return [
      { name: each.name ?? `${each.as}: ${each.act} ${each.entitlement}`, line, rules, ...compared(each, rules) },
    ];
  });
  if (faults.length > 0) throw new AccessFileError(faults);
  return tried;
};

const compared = (
  { expect, rule }: z.infer<typeof expectation>,
  rules: readonly Rule[],
): Pick<Tried, 'passed' | 'expected' | 'got'> => {
  const { against } = verdictOf(rules);
  const got = against?.refusal?.code ?? 'allowed';
  return {
    passed: got === expect && (rule === undefined || rule === against?.rule),
    expected: rule === undefined ? expect : `${expect} (${rule})`,
    got: against ? `${got} (${against.rule})` : got,
  };
};
