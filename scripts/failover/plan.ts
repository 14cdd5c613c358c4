import type { Place } from '../deploy/place.ts';
import type { Caller } from '../deploy/cloud.ts';
import { FENCE } from './stacks.ts';

/** What would be done, in order, as lines. */
export const planOf = (from: Place, to: Place, { account }: Caller): readonly string[] => [
  `${from.stage} in ${from.region} to ${to.stage} in ${to.region}, account ${account}`,
  '',
  `1 fence  ${from.stage}: the policy ${FENCE} on each of its roles, which no region need answer for; then its stack, if its region answers`,
  '2 hold   on everything, in the ledger itself',
  `3 open   ${to.stage}: that policy off its roles, and Writes=yes of its stack`,
  '',
  `The pepper and the secrets of access.yml have to be in ${to.region}: they are in no table.`,
];

export const afterwards = (from: Place, to: Place): readonly string[] => [
  '',
  `${to.stage} writes, and everything is held. Now:`,
  `1. stages/${from.stage}.yml: writes: false, stages/${to.stage}.yml: writes: true, committed: the next deployment goes by them.`,
  `2. DNS: ${to.settings.origin ?? 'the origin'} and the issuer at the API of ${to.region}: aws apigatewayv2 get-domain-name --region ${to.region}`,
  '3. hatcheck audit verify, hatcheck holds; sign-ins of the last seconds may be missing: people sign in again.',
  '4. hatcheck lift',
];
