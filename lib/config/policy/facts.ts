import type { CompiledAccess } from '../access.ts';

/** One thing that a policy says, small enough to be compared: that somebody may do something, or what a member's value is. */
export type Fact = Ability | Setting;

interface Placed {
  /** `entitlements.prod-admin`, `identityProviders.okta`, or empty for what holds over all. */
  readonly place: string;
  /** Within the place, as the compiled policy has it: `approval.stages[0].from`. */
  readonly path: string;
}

/** Somebody, a group or a person, stands where the policy names people. */
export interface Ability extends Placed {
  readonly who: string;
}

export interface Setting extends Placed {
  /** JSON. */
  readonly value: unknown;
}

/** Everything that the policy says, by what it is about. Lists of people are taken apart, since their order says nothing. */
export const factsOf = ({
  entitlements,
  accounts,
  identityProviders,
  outside: { onCall, tickets },
  version: _followsFromTheRest,
  ...overAll
}: CompiledAccess): ReadonlyMap<string, readonly Fact[]> =>
  new Map([
    ['', factsIn('', '', overAll)],
    ...entitlements.map(({ id, ...each }) => placed(`entitlements.${id}`, each)),
    ...accounts.map(({ name, ...each }) => placed(`accounts.${name}`, each)),
    ...identityProviders.map(({ id, ...each }) => placed(`identityProviders.${id}`, each)),
    ...tickets.map(({ id, ...each }) => placed(`tickets.${id}`, each)),
    // Whose turn it is follows from the order of a rota: its people stay one list.
    ...onCall.map(({ id, ...each }): [string, readonly Fact[]] => [
      `onCall.${id}`,
      Object.entries(each).map(([path, value]) => ({ place: `onCall.${id}`, path, value })),
    ]),
  ]);

const placed = (place: string, value: object): [string, readonly Fact[]] => [place, factsIn(place, '', value)];

const factsIn = (place: string, path: string, value: unknown): readonly Fact[] => {
  if (Array.isArray(value) && value.some(isObject))
    return value.flatMap((each, index) => factsIn(place, `${path}[${index}]`, each));
  if (!isObject(value) || Object.keys(value).length === 0) return [{ place, path, value }];
  return Object.entries(value).flatMap(([name, member]) =>
    PEOPLE.includes(name) && Array.isArray(member)
      ? member.map((who) => ({ place, path, who: nameOf(who) }))
      : factsIn(place, path === '' ? name : `${path}.${name}`, member),
  );
};

/** Under these names, and no others, a policy lists people. */
const PEOPLE = ['groups', 'people'];

const nameOf = (who: unknown): string => {
  if (isObject(who)) return `${String(who['provider'])}:${String(who['subject'])} (one person)`;
  return String(who);
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
