import type { CompiledAccess } from '../access.ts';
import { type Fact, type Setting, factsOf } from './facts.ts';
import { leewayOf } from './leeway.ts';

/** One thing that two policies say otherwise. */
export interface Difference {
  /** `entitlements.prod-admin`, `identityProviders.okta`, or empty for what holds over all. */
  readonly place: string;
  readonly path: string;
  /** Whether somebody may do more under the new policy, or less; `changes` where it is neither, or depends. */
  readonly effect: 'gains' | 'loses' | 'changes';
  /** Who stands there, or stands there no more; absent when a member's value is another. */
  readonly who?: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

/** What is otherwise under `to`, ordered by place. Two policies with the same compiled rules differ in nothing, however they are written. */
export const diffAccess = (from: CompiledAccess, to: CompiledAccess): readonly Difference[] => {
  const [before, after] = [factsOf(from), factsOf(to)];
  const places = [...new Set([...before.keys(), ...after.keys()])].toSorted();
  return places.flatMap((place) => diffPlace(place, before.get(place), after.get(place)));
};

const diffPlace = (
  place: string,
  before: readonly Fact[] | undefined,
  after: readonly Fact[] | undefined,
): readonly Difference[] => {
  const [old, current] = [byKey(before ?? []), byKey(after ?? [])];
  const changed = [...new Set([...old.keys(), ...current.keys()])]
    .flatMap((key) => diffFact(old.get(key), current.get(key)))
    .toSorted(peopleFirst);
  if (before && after) return changed;
  // All of it is new, or gone: who gains or loses matters, not each of its members.
  const people = changed.filter(({ who }) => who !== undefined);
  const whole: Difference = after
    ? { place, path: '', effect: 'gains', to: settingsOf(after) }
    : { place, path: '', effect: 'loses', from: settingsOf(before ?? []) };
  return [whole, ...people];
};

const peopleFirst = (a: Difference, b: Difference): number =>
  Number(a.who === undefined) - Number(b.who === undefined) || compare(a.path, b.path) || compare(a.who, b.who);

const compare = (a = '', b = ''): number => (a < b ? -1 : Number(a > b));

const byKey = (facts: readonly Fact[]): ReadonlyMap<string, Fact> =>
  new Map(facts.map((fact) => [JSON.stringify([fact.path, 'who' in fact ? fact.who : null]), fact]));

const settingsOf = (facts: readonly Fact[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(facts.flatMap((fact) => ('who' in fact ? [] : [[fact.path, fact.value]])));

const diffFact = (from: Fact | undefined, to: Fact | undefined): readonly Difference[] => {
  const fact = to ?? from;
  if (!fact) return [];
  const { place, path } = fact;
  if ('who' in fact) return from && to ? [] : [{ place, path, who: fact.who, effect: to ? 'gains' : 'loses' }];
  const [a, b] = [valueOf(from), valueOf(to)];
  if (JSON.stringify(a) === JSON.stringify(b)) return [];
  return [{ place, path, effect: EFFECTS[leewayOf(path, a, b)], ...(from && { from: a }), ...(to && { to: b }) }];
};

const EFFECTS = { more: 'gains', less: 'loses', other: 'changes' } as const;

const valueOf = (fact: Fact | undefined): Setting['value'] => (fact && 'value' in fact ? fact.value : undefined);
