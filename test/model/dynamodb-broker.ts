import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { requestIdFor } from '../../lib/broker/request-id.ts';
import type { ErrorCode } from '../../lib/domain/errors.ts';
import type { Principal } from '../../lib/domain/principal.ts';
import { checkHistory } from '../faults/check-history.ts';
import type { Blow } from '../faults/proxy.ts';
import { type StruckBroker, startStruckBroker } from '../faults/struck-broker.ts';
import type { TestReply } from '../support/broker.ts';
import type { Fault } from '../support/faults.ts';
import { type Evidence, type Given, type History, newHistory } from '../support/history.ts';
import { type Batch, type Wanted, batches } from './batches.ts';
import { basePolicy, principalAt } from './cast.ts';
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
  const calls = wanted.filter(({ use }) => use === 'submit' || use === 'list' || requestIds.length > 0);
  const people = calls.map(({ who }) => principalAt(who, struck.broker.clock.now()));
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
  history.add(
    use === 'submit'
      ? { kind: 'asked', call, use, by, submission: { key: longKey, body: JSON.stringify(ask) } }
      : { kind: 'asked', call, use, by, requestId },
  );
  if (use === 'submit') {
    const id = requestIdFor(by, longKey);
    // Also one whose answer gets lost may have been made.
    if (!requestIds.includes(id)) requestIds.unshift(id);
  }
  const reply = await send(story.struck, { ...wanted, key: longKey }, token, requestId);
  const code = codeOf(reply);
  steps.seen.set(`${use} ${code}`, (steps.seen.get(`${use} ${code}`) ?? 0) + 1);
  history.add({ kind: 'answered', call, code, given: code === 'ok' ? givenBy(use, reply) : {} });
};

const send = async (
  struck: StruckBroker,
  { use, ask, key, act }: Wanted,
  token: string,
  requestId: string,
): Promise<TestReply> => {
  if (use === 'submit') return struck.submit(token, ask, key);
  if (use === 'list') return struck.list(token);
  const body = use === 'approve' ? act : use === 'deny' || use === 'revoke' ? { reason: 'Not now.' } : undefined;
  return struck.call(token, use, requestId, body);
};

const codeOf = ({ status, json }: TestReply): ErrorCode | 'ok' => {
  assert.notEqual(status, 500, 'an answer of 500');
  return status < 400 ? 'ok' : (json.code as ErrorCode);
};

const givenBy = (use: Wanted['use'], { json }: TestReply): Given => {
  if (use === 'submit') return { requestId: json.request.id };
  if (use === 'credentials') return { accessKeyId: json.AccessKeyId, expiration: json.Expiration };
  return use === 'console' ? { url: true } : {};
};

/** Reset connections leave tries behind that may still be under way; what counts is the ledger when they are done. */
const evidenceOf = async ({ struck, history, requestIds }: Story): Promise<Evidence> => {
  await pause(0);
  const names = requestIds.flatMap((id) => [`request#${id}`, `refusals#${id}`]);
  const streams = await Promise.all(names.map((name) => struck.broker.ledger.read(name)));
  return { entries: history.entries, streams: streams.filter(({ length }) => length > 0), policy: basePolicy };
};
