import { beforeAll } from '@jest/globals';
import { seal } from '../../lib/broker/chain.ts';
import type { StoredEvent } from '../../lib/domain/event.ts';
import { approver, engineer, security } from '../support/builders.ts';
import type { Entry, Evidence } from '../support/history.ts';
import { checkHistory } from './check-history.ts';
import { evidenceOf, newWorld, perform } from './world.ts';

/** An honest history, made before the tests of a file: asked, approved, credentials, console, revoked, refused. Each test forges one thing in it. */
export let honest: Evidence;
export let requestId: string;
export let events: readonly StoredEvent[];

beforeAll(async () => {
  const world = newWorld();
  const ask = { entitlementId: 'prod-admin', justification: 'restore the payments queue', durationSeconds: 3600 };
  ({ requestId = '' } = (await perform(world, engineer, { use: 'submit', ask, key: 'one' })).given);
  await perform(world, approver, { use: 'approve', requestId });
  await perform(world, engineer, { use: 'credentials', requestId });
  await perform(world, engineer, { use: 'console', requestId });
  await perform(world, security, { use: 'revoke', requestId });
  await perform(world, engineer, { use: 'credentials', requestId });
  honest = await evidenceOf(world);
  events = honest.streams.find(([first]) => first?.stream === `request#${requestId}`) ?? [];
});

/** The events sealed anew, so that the chain holds and only what was forged is wrong. */
export const resealed = (changed: readonly StoredEvent[]): readonly StoredEvent[] => {
  const chain: StoredEvent[] = [];
  for (const event of changed) chain.push(seal(chain.at(-1), event.stream, event));
  return chain;
};
export const withEvents = (changed: readonly StoredEvent[]): Evidence => ({ ...honest, streams: [resealed(changed)] });
export const withEntries = (change: (entry: Entry) => readonly Entry[]): Evidence => ({
  ...honest,
  entries: honest.entries.flatMap(change),
});
export const at = (type: StoredEvent['type']): number => events.findIndex((event) => event.type === type);
export const by = (event: StoredEvent, handle: string): StoredEvent => ({
  ...event,
  actor: { ...event.actor, handle },
});
export const invariants = (evidence: Evidence): readonly string[] => [
  ...new Set(checkHistory(evidence).map((violation) => violation.slice(0, 2))),
];
