import type { PolicyText } from './target-role.ts';
import { REQUEST_TAG } from './boundary.ts';

/** Whose sessions end: all that was ever lent, what one person has, or what one request opened. */
export type Switched = 'everything' | { readonly person: string } | { readonly request: string };

/**
 * A service control policy that denies everything to sessions that Hatcheck lent. Source identity and transitive tags go along where a
 * session is chained away; a request's tag does so where its entitlement allows chaining.
 */
export const organisationSwitch = (switched: Switched): PolicyText => ({
  Version: '2012-10-17',
  Statement: [{ Sid: sidOf(switched), Effect: 'Deny', Action: '*', Resource: '*', Condition: conditionOf(switched) }],
});

const sidOf = (switched: Switched): string =>
  switched === 'everything' ? 'HatcheckEverything' : 'person' in switched ? 'HatcheckPerson' : 'HatcheckRequest';

const conditionOf = (switched: Switched): Readonly<Record<string, Readonly<Record<string, string>>>> => {
  if (switched === 'everything') return { StringLike: { 'aws:SourceIdentity': 'p_*' } };
  return 'person' in switched
    ? { StringEquals: { 'aws:SourceIdentity': switched.person } }
    : { StringEquals: { [REQUEST_TAG]: switched.request } };
};
