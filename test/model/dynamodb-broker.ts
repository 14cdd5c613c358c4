import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import type { Ask } from '../../lib/broker/submit-request.ts';
import { requestIdFor, requestIdsFor } from '../../lib/broker/request-id.ts';
import { linkIdentities } from '../../lib/broker/link-identities.ts';
import { systemChance } from '../../lib/broker/system.ts';
import { type ErrorCode, HatcheckError } from '../../lib/domain/errors.ts';
import type { StoredEvent } from '../../lib/domain/event.ts';
import type { Principal } from '../../lib/domain/principal.ts';
import { checkHistory } from '../faults/check-history.ts';
import type { Blow } from '../faults/proxy.ts';
import { type StruckBroker, startStruckBroker } from '../faults/struck-broker.ts';
import type { TestReply } from '../support/broker.ts';
import { handleOf } from '../support/builders.ts';
import type { Fault } from '../support/faults.ts';
import { type Entry, type Evidence, type Given, type History, type UseCase, newHistory } from '../support/history.ts';
import { type Batch, type Wanted, batches, bundleOf, remember } from './batches.ts';
import { basePolicy, people as cast, principalAt, secondsAfter, somebody } from './cast.ts';
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
    const history = newHistory();
    const story: Story = { struck, steps, run, history, requestIds: [], holdIds: [], delegationIds: [] };
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
  readonly holdIds: string[];
  readonly delegationIds: string[];
}

const carryOut = async (story: Story, { seconds, wanted }: Batch): Promise<void> => {
  const { struck } = story;
  struck.broker.clock.advance(seconds);
  const calls = wanted.filter(
    ({ use }) => subjectsOf(story, use) === undefined || subjectsOf(story, use)?.length !== 0,
  );
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

/** What it may be about, by id; undefined of what begins with nothing. */
const subjectsOf = ({ requestIds, holdIds, delegationIds }: Story, use: UseCase): readonly string[] | undefined => {
  if (BEGIN.has(use)) return undefined;
  if (use === 'lift') return holdIds;
  return use === 'takeBack' ? delegationIds : requestIds;
};

const BEGIN: ReadonlySet<UseCase> = new Set(['submit', 'bundle', 'list', 'hold', 'link', 'lend']);

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
  const { steps, history, requestIds, holdIds, delegationIds } = story;
  const { use, target, ask, key } = wanted;
  const call = history.next();
  const subjects = subjectsOf(story, use);
  const id = subjects?.[target % Math.max(1, subjects.length)] ?? '';
  const longKey = `${story.run}.${key}`;
  steps.count += 1;
  const submission = { key: longKey, body: JSON.stringify(use === 'bundle' ? bundleOf(ask) : ask) };
  history.add({
    ...{ kind: 'asked', call, use, by, channel: 'bearer' },
    ...(use === 'submit' || use === 'bundle' ? { submission } : {}),
    ...(subjects === undefined ? {} : namedBy(use, id)),
  });
  // Also one whose answer gets lost may have been made.
  if (use === 'submit') remember(requestIds, requestIdFor(by, longKey));
  if (use === 'bundle') remember(requestIds, ...requestIdsFor(by, longKey, bundleOf(ask).length));
  const { code, given } =
    use === 'link'
      ? await link(story, by, wanted.other)
      : answeredBy(use, await send(story, { ...wanted, key: longKey }, token, id));
  remember(holdIds, given.hold?.id);
  remember(delegationIds, given.delegationId);
  steps.seen.set(`${use} ${code}`, (steps.seen.get(`${use} ${code}`) ?? 0) + 1);
  history.add({ kind: 'answered', call, code, given });
};

const namedBy = (use: UseCase, id: string): Partial<Extract<Entry, { kind: 'asked' }>> => {
  if (use === 'lift') return { holdId: id };
  return use === 'takeBack' ? { delegationId: id } : { requestId: id };
};

interface Answered {
  readonly code: ErrorCode | 'ok';
  readonly given: Given;
}

const answeredBy = (use: UseCase, reply: TestReply): Answered => {
  const code = codeOf(reply);
  return { code, given: code === 'ok' ? givenBy(use, reply) : {} };
};

/** What follows the ceremony of sign-ins by which two identities are proved to be one person's; the ceremony this model does not have. */
const link = async (story: Story, principal: Principal, name: string): Promise<Answered> => {
  const { broker, ledger } = story.struck;
  const other = inRun(story, somebody(name)).handle;
  const parts = { ledger, clock: broker.clock, chance: systemChance, policy: basePolicy };
  try {
    await linkIdentities(parts, { principal, other, patience: { remainingMs: () => 10_000 } });
    return { code: 'ok', given: { linked: [principal.handle, other] } };
  } catch (error) {
    if (error instanceof HatcheckError) return { code: error.code, given: {} };
    throw error;
  }
};

const send = async (story: Story, wanted: Wanted, token: string, id: string): Promise<TestReply> => {
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
      const { handle } = inRun(story, somebody(held.on === 'person' ? 'engineer' : 'outsider'));
      return struck.post(token, '/v1/holds', { on: 'person', handle, reason: 'Their laptop was stolen.' });
    }
    case 'lend': {
      const until = secondsAfter(struck.broker.clock.now(), 3600);
      return struck.post(token, '/v1/delegations', { to: inRun(story, somebody(other)).handle, until });
    }
    case 'lift':
      return struck.remove(token, '/v1/holds', id);
    case 'takeBack':
      return struck.remove(token, '/v1/delegations', id);
    default:
      return struck.call(token, use, id, bodyOf(use, act));
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
  if (use === 'lend') return { delegationId: json.delegation.id };
  if (use === 'credentials') return { accessKeyId: json.AccessKeyId, expiration: json.Expiration };
  return use === 'console' ? { url: true } : {};
};

/** Also whoever never asked may have been lent something, or linked. */
const everybody = (story: Story): readonly Principal[] => cast.map((person) => inRun(story, person));

/** Reset connections leave tries behind that may still be under way; what counts is the ledger when they are done. */
const evidenceOf = async (story: Story): Promise<Evidence> => {
  const { struck, history, requestIds } = story;
  await pause(0);
  const people = new Set(everybody(story).map(({ handle }) => `person#${handle}`));
  const names = [...requestIds.flatMap((id) => [`request#${id}`, `refusals#${id}`]), ...people, 'control'];
  const streams: (readonly StoredEvent[])[] = [];
  for (const name of names) streams.push(await readAtLast(struck, name));
  return { entries: history.entries, streams: streams.filter(({ length }) => length > 0), policy: basePolicy };
};

/** However slow the machine is: a stream that nobody could read says nothing of the broker. */
const readAtLast = async (struck: StruckBroker, name: string, tries = 20): Promise<readonly StoredEvent[]> => {
  try {
    return await struck.broker.ledger.read(name);
  } catch (error) {
    if (tries === 0) throw error;
    return readAtLast(struck, name, tries - 1);
  }
};
