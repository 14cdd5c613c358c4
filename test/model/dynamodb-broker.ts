import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import type { Ask } from '../../lib/broker/submit-request.ts';
import { requestIdFor, requestIdsFor } from '../../lib/broker/request-id.ts';
import type { ErrorCode } from '../../lib/domain/errors.ts';
import type { Principal } from '../../lib/domain/principal.ts';
import { checkHistory } from '../faults/check-history.ts';
import type { Blow } from '../faults/proxy.ts';
import { type StruckBroker, startStruckBroker } from '../faults/struck-broker.ts';
import type { TestReply } from '../support/broker.ts';
import { handleOf } from '../support/builders.ts';
import type { Fault } from '../support/faults.ts';
import { type Evidence, type Given, type History, type UseCase, entriesOf, newHistory } from '../support/history.ts';
import { type Batch, type Wanted, batches, bundleOf, remember } from './batches.ts';
import { basePolicy, principalAt, secondsAfter, somebody } from './cast.ts';
import type { Steps } from './decider.ts';

/** The functions on the embedded DynamoDB, for as many runs as one likes. */
export const startModelBroker = (): Promise<StruckBroker> => startStruckBroker({ policy: basePolicy });

/**
 * The whole broker, HTTP event in and answer out: several people at once, a clock that jumps, answers of DynamoDB and STS that get lost;
 * and then the nine invariants over everything that happened. Who comes first is for the machine to say, so a failure may not come again.
 */
export const brokerOnDynamodbHolds = (
  struck: StruckBroker,
  steps: Steps,
): fc.IAsyncProperty<[string, readonly Batch[]]> =>
  fc.asyncProperty(fc.uuid(), batches(10), async (run, life) => {
    const story: Story = { struck, steps, run, history: newHistory(), requestIds: [] };
    struck.sts.strike(({ action, requestId }) => {
      if (action === 'AssumeRole') story.history.add({ kind: 'ordered', call: 0, requestId });
      return undefined;
    });
    for (const batch of life) await carryOut(story, batch);
    assert.deepEqual(checkHistory(await evidenceOf(story)), []);
  });

interface Story {
  readonly struck: StruckBroker;
  readonly steps: Steps;
  /** Keeps the keys of one run apart from those of another, which use the same tables. */
  readonly run: string;
  readonly history: History;
  /** Newest first. */
  readonly requestIds: string[];
}

const carryOut = async (story: Story, { seconds, wanted }: Batch): Promise<void> => {
  const { struck, requestIds } = story;
  struck.broker.clock.advance(seconds);
  const calls = wanted.filter(({ use }) => isHere(use) && (BEGIN.has(use) || requestIds.length > 0));
  const people = calls.map(({ who }) => inRun(story, principalAt(who, struck.broker.clock.now())));
  const tokens = await Promise.all(people.map((person) => struck.broker.signIn(person.subject, [], person)));
  const fault = calls.find((each) => each.fault !== undefined)?.fault;
  if (fault) strikeLedger(struck, fault.at, BLOWS_OF[fault.fault]);
  await Promise.all(
    calls.map(async (each, index) => {
      const [by, token] = [people[index], tokens[index]];
      if (by && token !== undefined) await one(story, each, by, token);
    }),
  );
  struck.proxy.strike(() => undefined);
};

/** What begins with nothing. */
const BEGIN: ReadonlySet<UseCase> = new Set(['submit', 'bundle', 'list', 'hold', 'lend']);

/** Two identities become one by a ceremony of sign-ins, which this model does not have. */
const isHere = (use: UseCase): boolean => use !== 'link' && use !== 'takeBack' && use !== 'lift';

/** Runs share their tables; what one knows of somebody is nothing to the others. */
const inRun = ({ run }: Story, person: Principal): Principal => ({
  ...person,
  handle: handleOf(`${person.subject} ${run}`),
});

/** A process that ends cannot be had here; a connection that is reset looks the same to whoever waits. */
const BLOWS_OF: Readonly<Record<Fault, Blow>> = {
  refused: 'refused',
  throttled: 'throttled',
  timedOutBefore: 'resetBefore',
  timedOutAfter: 'resetAfter',
  arrivedLate: 'failed',
  duplicated: 'resetAfter',
  crashedBefore: 'resetBefore',
  crashedAfter: 'resetAfter',
};

/** The n-th put of an event in this batch and the three requests after it, so that it is not always saved by the next try. */
const strikeLedger = ({ proxy, broker }: StruckBroker, at: number, blow: Blow): void => {
  let puts = -1;
  let left = 4;
  proxy.strike(({ operation, table }) => {
    if (table !== broker.config.tables.ledger) return undefined;
    if (operation === 'PutItem') puts += 1;
    if (puts < at % 3 || left === 0) return undefined;
    left -= 1;
    return blow;
  });
};

const one = async (story: Story, wanted: Wanted, by: Principal, token: string): Promise<void> => {
  const { steps, history, requestIds } = story;
  const { use, target, ask, key } = wanted;
  const call = history.next();
  const requestId = requestIds[target % Math.max(1, requestIds.length)] ?? '';
  const longKey = `${story.run}.${key}`;
  steps.count += 1;
  const submission = { key: longKey, body: JSON.stringify(use === 'bundle' ? bundleOf(ask) : ask) };
  history.add({
    ...{ kind: 'asked', call, use, by, channel: 'bearer' },
    ...(use === 'submit' || use === 'bundle' ? { submission } : {}),
    ...(BEGIN.has(use) ? {} : { requestId }),
  });
  // Also one whose answer gets lost may have been made.
  if (use === 'submit') remember(requestIds, requestIdFor(by, longKey));
  if (use === 'bundle') remember(requestIds, ...requestIdsFor(by, longKey, bundleOf(ask).length));
  const reply = await send(story, { ...wanted, key: longKey }, token, requestId);
  const code = codeOf(reply);
  steps.seen.set(`${use} ${code}`, (steps.seen.get(`${use} ${code}`) ?? 0) + 1);
  history.add({ kind: 'answered', call, code, given: code === 'ok' ? givenBy(use, reply) : {} });
};

const send = async (story: Story, wanted: Wanted, token: string, requestId: string): Promise<TestReply> => {
  const { use, ask, key, act, held, other } = wanted;
  const { struck } = story;
  switch (use) {
    case 'submit':
      return struck.submit(token, ask, key);
    case 'bundle':
      return struck.submit(token, bundleBodyOf(ask), key);
    case 'list':
      return struck.list(token);
    case 'hold': {
      // Nobody else's run may feel it.
      const handle = held.on === 'person' ? inRun(story, somebody('engineer')).handle : 'p_nobody';
      return struck.post(token, '/v1/holds', { on: 'person', handle, reason: 'Their laptop was stolen.' });
    }
    case 'lend': {
      const until = secondsAfter(struck.broker.clock.now(), 3600);
      return struck.post(token, '/v1/delegations', { to: inRun(story, somebody(other)).handle, until });
    }
    default:
      return struck.call(token, use, requestId, bodyOf(use, act));
  }
};

const bodyOf = (use: UseCase, act: Wanted['act']): object | undefined => {
  switch (use) {
    case 'approve':
      return act;
    case 'deny':
    case 'revoke':
      return { reason: 'Not now.' };
    case 'extend':
      return { durationSeconds: act.durationSeconds ?? 600, justification: 'it takes longer than that' };
    case 'review':
      return { verdict: 'justified', comment: 'I looked at all of it.' };
    default:
      return undefined;
  }
};

const bundleBodyOf = ({ justification, durationSeconds, ...ask }: Ask): object => ({
  ...{ justification, durationSeconds },
  entitlementIds: bundleOf({ justification, durationSeconds, ...ask }).map(({ entitlementId }) => entitlementId),
});

const codeOf = ({ status, json }: TestReply): ErrorCode | 'ok' => {
  assert.notEqual(status, 500, 'an answer of 500');
  return status < 400 ? 'ok' : (json.code as ErrorCode);
};

const givenBy = (use: Wanted['use'], { json }: TestReply): Given => {
  if (use === 'submit') return { requestId: json.request.id };
  if (use === 'bundle') return { requestIds: json.requests.map(({ id }) => id) };
  if (use === 'hold') return { hold: json.hold };
  if (use === 'credentials') return { accessKeyId: json.AccessKeyId, expiration: json.Expiration };
  return use === 'console' ? { url: true } : {};
};

/** Reset connections leave tries behind that may still be under way; what counts is the ledger when they are done. */
const evidenceOf = async ({ struck, history, requestIds }: Story): Promise<Evidence> => {
  await pause(0);
  const people = new Set(entriesOf(history.entries, 'asked').map(({ by }) => `person#${by.handle}`));
  const names = [...requestIds.flatMap((id) => [`request#${id}`, `refusals#${id}`]), ...people, 'control'];
  const streams = await Promise.all(names.map((name) => struck.broker.ledger.read(name)));
  return { entries: history.entries, streams: streams.filter(({ length }) => length > 0), policy: basePolicy };
};
