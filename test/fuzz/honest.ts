import { linkIdentities } from '../../lib/broker/link-identities.ts';
import { systemChance } from '../../lib/broker/system.ts';
import type { Config } from '../../lib/config/environment.ts';
import type { RouteKey } from '../../lib/http/api.ts';
import type { TestBroker } from '../support/broker.ts';
import { handleOf, principal } from '../support/builders.ts';
import { testConfig } from '../support/config.ts';
import type { Known } from './calls.ts';
import type { WayIn } from './ways-in.ts';

const HOUR_MS = 3_600_000;

/** The policy of the tests, with all that makes a request live long. */
export const fuzzedPolicy = (): Config['policy'] => {
  const { policy } = testConfig();
  const entitlements = [...policy.entitlements].map(([id, each]) => {
    if (id !== 'prod-admin') return [id, each] as const;
    const breakGlass = {
      ...{ requesters: each.requesters, reviewers: { groups: ['local-oidc:security'] }, notify: [] },
      ...{ maxDurationSeconds: 1800, issuesPerHour: 6, reviewWithinSeconds: 86_400 },
    };
    const extension = { maxTotalSeconds: 7200, approval: each.approval };
    return [id, { ...each, breakGlass, extension }] as const;
  });
  return { ...policy, entitlements: new Map(entitlements), delegation: { maxSeconds: 14 * 86_400 } };
};

export const MORE_TIME = { durationSeconds: 600, justification: 'The queue is still stuck.' };

interface World extends Pick<Known, 'bearers' | 'cookie' | 'ids'> {
  readonly broker: TestBroker;
  readonly generation: number;
}

/** What was held for one route would refuse every call of the next. */
export const liftHolds = async (broker: TestBroker, [, security]: readonly string[]): Promise<void> => {
  const { json } = await broker.call(security, 'GET', '/v1/holds');
  for (const { id } of json.holds) await broker.call(security, 'DELETE', `/v1/holds/${id}`);
};

/** Calls that do something, and what they are about, made for them. */
export const honestCalls = async (key: RouteKey, world: World): Promise<readonly WayIn[]> => {
  const { bearers, broker, cookie, ids } = world;
  const [engineer = '', approver = '', auditor = ''] = bearers;
  switch (key) {
    case 'POST /v1/requests':
      return asks.map((json) => ({ json, headers: by(engineer) }));
    case 'POST /v1/requests/{id}/extend':
      return ids.map((id) => ({ id, json: MORE_TIME, headers: by(engineer) }));
    case 'POST /v1/requests/{id}/review':
      return (await brokenGlass(world)).map((id) => ({
        ...{ id, json: { verdict: 'justified', comment: 'There was no other way.' }, headers: by(approver) },
      }));
    case 'POST /v1/holds':
      return [
        { on: 'all' },
        { on: 'person', handle: holder(engineer) },
        { on: 'entitlement', entitlementId: 'prod-read' },
      ].map((target) => ({ json: { ...target, reason: 'an incident' }, headers: by(approver) }));
    case 'DELETE /v1/holds/{id}':
      return (await holds(world)).map((id) => ({ id, headers: by(approver) }));
    case 'DELETE /v1/people/{id}/sessions':
      return [{ id: holder(auditor), json: { reason: 'a stolen laptop' }, headers: by(approver) }];
    case 'POST /v1/delegations':
      return delegationsTo(holder(auditor), broker).map((json) => ({ json, headers: by(approver) }));
    case 'DELETE /v1/delegations/{id}':
      return (await delegations(world)).map((id, index) => ({ id, headers: by(index % 2 ? approver : auditor) }));
    case 'POST /v1/identities':
      return [{}, { returnTo: '/identities' }, { loginHint: 'engineer@example.com' }].map((more) => ({
        json: { provider: 'local-oidc', ...more },
        headers: { origin: broker.config.origin, 'hatcheck-csrf': '1', 'sec-fetch-site': 'same-origin' },
        cookies: [`__Host-hatcheck=${cookie.token}`],
      }));
    case 'DELETE /v1/identities/{id}':
      return (await linked(world)).map((id) => ({ id, headers: by(approver) }));
    default:
      return [];
  }
};

const by = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

const holder = (token: string): string => token.split('.')[0] ?? '';

const why = { justification: 'The queue is stuck.', durationSeconds: 600, ticket: 'OPS-1' };
const asks = [
  { ...why, entitlementId: 'prod-read' },
  { ...why, entitlementId: 'prod-admin' },
  { ...why, entitlementIds: ['prod-read', 'prod-admin', 'payments-admin'] },
  { ...why, entitlementId: 'prod-admin', breakGlass: true },
];

/** By somebody else each: whoever owes a review breaks no other glass. */
const brokenGlass = ({ broker, generation }: World): Promise<readonly string[]> =>
  Promise.all(
    Array.from({ length: 5 }, async (_, index) => {
      const token = await broker.signIn(`breaker${generation}-${index}`, ['sre']);
      const body = { ...why, entitlementId: 'prod-admin', breakGlass: true };
      return (await broker.call(token, 'POST', '/v1/requests', body)).json.request.id;
    }),
  );

const holds = async ({ broker, bearers, generation }: World): Promise<readonly string[]> => {
  const ids: string[] = [];
  for (let index = 0; index < 10; index += 1) {
    const body = { on: 'person', handle: handleOf(`held${generation}-${index}`), reason: 'an incident' };
    ids.push((await broker.call(bearers[1], 'POST', '/v1/holds', body)).json.hold.id);
  }
  return ids;
};

const delegationsTo = (to: string, { clock }: TestBroker): readonly object[] =>
  [1, 2, 3, 4, 5].map((hours) => ({
    ...{ to, until: new Date(Date.parse(clock.now()) + hours * HOUR_MS).toISOString(), reason: 'Holidays.' },
  }));

const delegations = async ({ broker, bearers: [, approver, auditor = ''] }: World): Promise<readonly string[]> => {
  const ids: string[] = [];
  for (const body of delegationsTo(holder(auditor), broker))
    ids.push((await broker.call(approver, 'POST', '/v1/delegations', body)).json.delegation.id);
  return ids;
};

const linked = async ({ broker, bearers: [, approver = ''], generation }: World): Promise<readonly string[]> => {
  const { policy } = broker.config;
  const others = [1, 2, 3].map((index) => handleOf(`linked${generation}-${index}`));
  for (const other of others)
    await linkIdentities(
      { ledger: broker.ledger, clock: broker.clock, chance: systemChance, policy },
      { principal: principal('', [], { handle: holder(approver) }), other, patience: { remainingMs: () => 10_000 } },
    );
  return others;
};
