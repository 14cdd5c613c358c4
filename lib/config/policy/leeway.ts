/** Which way a member's change goes: `more` when it leaves more to whom it binds, `less` when it leaves less. */
export type Leeway = 'more' | 'less' | 'other';

type Compare = (from: unknown, to: unknown) => Leeway;

const flipped = { more: 'less', less: 'more', other: 'other' } as const;

/** Absent is as good as without end. */
const upward: Compare = (from, to) => {
  const [a, b] = [from ?? Infinity, to ?? Infinity];
  return typeof a === 'number' && typeof b === 'number' ? (b > a ? 'more' : 'less') : 'other';
};

const downward: Compare = (from, to) => flipped[upward(from ?? 0, to ?? 0)];

/** A demand: whoever need not meet it any more has more leeway. */
const demanded: Compare = (from, to) => (Boolean(from) === Boolean(to) ? 'other' : from ? 'more' : 'less');

const allowed: Compare = (from, to) => flipped[demanded(from, to)];

const towards =
  (generous: unknown): Compare =>
  (from, to) =>
    to === generous ? 'more' : from === generous ? 'less' : 'other';

/** By the path within an entitlement. A member that is not here has changed, and which way is for the reader to judge. */
const MEMBERS: readonly (readonly [RegExp, Compare])[] = [
  [/^(breakGlass\.)?maxDurationSeconds$/, upward],
  [/^extension\.maxTotalSeconds$/, upward],
  [/^(session\.maxSeconds|roleMaxSessionSeconds|groupsMaxAgeSeconds)$/, upward],
  [/^(limits|breakGlass)\.(\w+PerHour|openRequests)$/, upward],
  [/^(requires|approverRequires)\.authenticatedWithinSeconds$/, upward],
  [/^(requires|approverRequires)\.\w+$/, demanded],
  [/^hours\b/, demanded],
  [/^justification\.minLength$/, downward],
  [/^(extension\.)?approval\.stages\[\d+\]\.count$/, downward],
  [/^ticket\.required$/, demanded],
  [/^ticket\.check\b/, demanded],
  [/^session\.chaining$/, allowed],
  [/^session\.revokeOnEnd$/, demanded],
  [/^session\.sourceIps$/, demanded],
  [/^session\.tail$/, towards('deny')],
  [/^(\w+\.)?approval$/, towards('auto')],
];

export const leewayOf = (path: string, from: unknown, to: unknown): Leeway =>
  MEMBERS.find(([pattern]) => pattern.test(path))?.[1](from, to) ?? 'other';
