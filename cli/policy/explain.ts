import type { Rule } from '../../lib/domain/rule.ts';
import type { CompiledAccess } from '../../lib/config/access.ts';
import { Failure } from '../failure.ts';
import { loadPolicy } from './load.ts';
import { bold, green, red, say, sayJson, yellow } from '../print.ts';

const { rulesOf, verdictOf } = await import('../../lib/config/policy/scene.ts');
const { actText, sceneOf, whoOf, whoText } = await import('../../lib/config/policy/scene-text.ts');
const { durationText } = await import('../../lib/config/policy/wording.ts');
const { z } = await import('zod');

/** Who and what as the options of the command say it, by the members of an expectation, and not checked yet. */
export interface ExplainOptions {
  readonly policy: string;
  readonly as?: readonly string[];
  readonly json?: boolean;
  readonly [member: string]: unknown;
}

/** @returns the exit code: 1 when it would be refused, or nobody here can know. */
export const explain = (entitlement: string, options: ExplainOptions): 0 | 1 => {
  const { policy, as: groups, json = false, ...members } = options;
  const access = loadPolicy(policy);
  const { title, roleArn, maxDurationSeconds } = entitlementOf(access, entitlement);
  const written = z.object({ ...whoText(access).shape, ...actText }).safeParse({ ...members, entitlement, groups });
  if (!written.success) throw new Failure(2, written.error.issues.map(optionFault).join('; '));
  const scene = sceneOf(whoOf(written.data), written.data, new Date().toISOString());
  const rules = rulesOf(access, scene);
  const { allowed, against } = verdictOf(rules);
  if (json) sayJson({ policy, scene, allowed, rules });
  else {
    say(`${bold(entitlement)}: ${title}, ${roleArn}, up to ${durationText(maxDurationSeconds)}`);
    say(`${scene.act} at ${scene.at} as ${scene.as.groups.join(', ') || 'somebody in no group'}`);
    for (const rule of rules) say(`  ${ruleLine(rule)}`);
    say(allowed ? green('allowed') : red(`not allowed: ${against?.refusal?.code ?? ''} (${against?.rule ?? ''})`));
  }
  return allowed ? 0 : 1;
};

const entitlementOf = ({ entitlements }: CompiledAccess, wanted: string): CompiledAccess['entitlements'][number] => {
  const found = entitlements.find(({ id }) => id === wanted);
  if (found) return found;
  throw new Failure(2, `there is no entitlement ${wanted}; there are: ${entitlements.map(({ id }) => id).join(', ')}`);
};

/** `signedInAgo` is `--signed-in-ago`; the groups are `--as`. */
const optionFault = ({
  path,
  message,
}: {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}): string => {
  const name = String(path[0] ?? '');
  const option = name === 'groups' ? 'as' : name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return `--${option} ${message}`;
};

const ruleLine = ({ rule, outcome, detail, refusal }: Rule): string => {
  const mark = { satisfied: green('yes'), notSatisfied: red('no '), notEvaluated: yellow('?  ') }[outcome];
  return `${mark} ${rule.padEnd(16)} ${detail}${refusal ? ` (${refusal.reason})` : ''}`;
};
