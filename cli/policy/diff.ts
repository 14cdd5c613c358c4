import type { Difference } from '../../lib/config/policy/diff.ts';
import { member } from '../json.ts';
import { loadPolicy } from './load.ts';
import { bold, counted, green, red, say, sayJson, yellow } from '../print.ts';

const { diffAccess } = await import('../../lib/config/policy/diff.ts');
const { abilityText, memberText, settingText } = await import('../../lib/config/policy/wording.ts');

export interface DiffOptions {
  readonly json?: boolean;
  /** What makes the exit code 1. */
  readonly failOn?: 'change' | 'gain';
}

/** @returns the exit code. */
export const diff = (from: string, to: string, { json = false, failOn }: DiffOptions): 0 | 1 => {
  const differences = diffAccess(loadPolicy(from), loadPolicy(to));
  if (json) sayJson({ from, to, differences });
  else print(differences);
  const failing = failOn === 'gain' ? differences.filter(mayGain) : differences;
  return failOn !== undefined && failing.length > 0 ? 1 : 0;
};

/** A change that is neither may still be one: another role, another pattern. Whoever guards against gains wants to look at it. */
const mayGain = ({ effect }: Difference): boolean => effect !== 'loses';

const print = (differences: readonly Difference[]): void => {
  for (const [place, each] of Map.groupBy(differences, (difference) => difference.place)) {
    const whole = each.find(({ path }) => path === '');
    const lines = each.filter((difference) => difference !== whole);
    const width = Math.max(0, ...lines.map(({ who = '' }) => who.length));
    say(bold(place === '' ? 'everywhere' : place) + (whole ? wholeText(whole) : ''));
    for (const difference of lines) say(`  ${line(difference, width)}`);
  }
  const count = (effect: Difference['effect']): number => differences.filter((each) => each.effect === effect).length;
  say(
    differences.length === 0
      ? 'the same rules'
      : `${counted(count('gains'), 'gain')}, ${counted(count('loses'), 'loss', 'losses')}, ${counted(count('changes'), 'other change')}`,
  );
};

const wholeText = ({ effect, from, to }: Difference): string => {
  const settings = to ?? from;
  const gist = ['roleArn', 'maxDurationSeconds'].flatMap((path) => {
    const value = member(settings, path);
    return value === undefined ? [] : [memberText(path, value)];
  });
  return `${effect === 'gains' ? ' is new' : ' is gone'}${gist.length > 0 ? `: ${gist.join(', ')}` : ''}`;
};

const line = (difference: Difference, width: number): string => {
  const { effect, who, path } = difference;
  const text = who === undefined ? settingText(difference) : `${who.padEnd(width)}  ${abilityText(path)}`;
  return { gains: green(`+ ${text}`), loses: red(`- ${text}`), changes: yellow(`~ ${text}`) }[effect];
};
