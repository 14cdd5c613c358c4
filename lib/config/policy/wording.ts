import type { Difference } from './diff.ts';

/** What standing somewhere in a policy lets people do; `%` is the number of the stage. */
const ABILITIES: readonly (readonly [RegExp, string])[] = [
  [/^requesters$/, 'may request it'],
  [/^breakGlass\.requesters$/, 'may break the glass'],
  [/^breakGlass\.reviewers$/, 'may review break-glass'],
  [/^approval\.stages\[(\d+)\]\.from$/, 'may approve at stage %'],
  [/^approval\.escalation\.to$/, 'may approve after the escalation'],
  [/^extension\.approval\.stages\[(\d+)\]\.from$/, 'may approve an extension at stage %'],
  [/^revokers$/, 'may revoke'],
  [/^auditors$/, 'may read every request'],
  [/^security$/, 'may place and lift holds'],
  [/^delegation$/, 'may be delegated to'],
];

/** `may approve at stage 1`; the path itself where there is no better word. */
export const abilityText = (path: string): string => {
  for (const [pattern, words] of ABILITIES) {
    const found = pattern.exec(path);
    if (found) return words.replace('%', String(Number(found[1] ?? 0) + 1));
  }
  return path;
};

/** A member as access.yml calls it, with its value before and after: `maxDuration 1h → 2h`. */
export const settingText = ({ path, from, to }: Pick<Difference, 'path' | 'from' | 'to'>): string =>
  `${memberText(path, from)} → ${valueText(path, to)}`;

/** `maxDuration 1h` */
export const memberText = (path: string, value: unknown): string =>
  `${path.replace(/Seconds$/, '')} ${valueText(path, value)}`;

const valueText = (path: string, value: unknown): string => {
  if (value === undefined) return 'none';
  if (typeof value === 'number' && path.endsWith('Seconds')) return durationText(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
};

const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
] as const;

/** As access.yml writes durations, in the largest unit that needs no fraction: 5400 is `90m`. */
export const durationText = (seconds: number): string => {
  const [unit, size] = UNITS.find(([, each]) => seconds > 0 && seconds % each === 0) ?? ['s', 1];
  return `${seconds / size}${unit}`;
};
