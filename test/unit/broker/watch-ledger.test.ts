import { describe, expect, test } from '@jest/globals';
import { seal } from '../../../lib/broker/chain.ts';
import { watchLedger } from '../../../lib/broker/watch-ledger.ts';
import type { RecordedEvent } from '../../../lib/domain/event.ts';
import { NO_STANDING } from '../../../lib/domain/standing.ts';
import {
  NOON,
  approved,
  approver,
  engineer,
  entitlement,
  intended,
  noon,
  recorded,
  security,
  submitted,
  words,
} from '../../support/builders.ts';
import { unavailable } from '../../support/memory.ts';
import { ID, STREAM, appended, watched, write } from './watch-scene.ts';

describe('sessions of a request that is closed', () => {
  const REVOKED = recorded('request.revoked', { reason: words('stop') }, { by: security, at: noon(60) });
  const ENDED = recorded('request.ended', {}, { by: engineer, at: noon(60) });
  const { session } = entitlement();
  const onEnd = entitlement({ session: { ...session, revokeOnEnd: true } });
  const toldOf = async (closing: RecordedEvent, of = entitlement(), ...before: readonly RecordedEvent[]) => {
    const watch = watched();
    const events = await write(watch.ledger, submitted({}, { of }), approved(approver, NOON), ...before, closing);
    for (const event of events) await watchLedger(watch, appended(event));
    return watch;
  };

  test.each([
    ['that is revoked', REVOKED, entitlement()],
    ['that its requester ends, where access.yml says so', ENDED, onEnd],
  ])('%s are to be ended', async (_, closing, of) => {
    expect((await toldOf(closing, of, intended(noon(30)))).revoked).toEqual([
      { id: closing.eventId, requestId: ID, roleArn: of.roleArn },
    ]);
  });

  test('that is revoked after its requester ended it are to be ended', async () => {
    const { revoked } = await toldOf(REVOKED, entitlement(), intended(noon(30)), ENDED);
    expect(revoked.map(({ id }) => id)).toEqual([REVOKED.eventId]);
  });

  test('that its requester ends go on otherwise, and one that never had any needs nothing', async () => {
    expect((await toldOf(ENDED, entitlement(), intended(noon(30)))).revoked).toStrictEqual([]);
    expect((await toldOf(REVOKED)).revoked).toStrictEqual([]);
  });

  test('are to be ended once, whatever happens to the request afterwards', async () => {
    const denied = recorded('sessions.ended', { tookMs: 1, by: 'boundary' }, { by: security, at: noon(61) });
    const { revoked } = await toldOf(denied, entitlement(), intended(noon(30)), REVOKED);
    expect(revoked.map(({ id }) => id)).toEqual([REVOKED.eventId]);
  });

  test('are to be ended before anybody is told of it', async () => {
    const watch = watched();
    const events = await write(watch.ledger, submitted(), approved(approver, NOON), intended(noon(30)), REVOKED);
    const revocations = { send: () => Promise.reject(unavailable()) };
    await expect(watchLedger({ ...watch, revocations }, appended(events[3]!))).rejects.toMatchObject({
      code: 'ledger_unavailable',
    });
    expect(watch.sent).toStrictEqual([]);
  });
});

describe('a new event of a request', () => {
  test('is looked at again after ten minutes when it is an intent, and only then', async () => {
    const watch = watched();
    const events = await write(watch.ledger, submitted(), approved(approver, NOON), intended(noon(30)));
    for (const event of events) await watchLedger(watch, appended(event));
    expect(watch.dues.open()).toEqual([{ requestId: ID, kind: 'outcome', at: noon(630) }]);
    expect(watch.sent.map(({ kind }) => kind)).toEqual(['approval_wanted', 'approved']);
  });

  test('is told to whom it concerns, as the request was then', async () => {
    const watch = watched();
    const [first, second] = await write(watch.ledger, submitted(), approved(approver, NOON));
    await watchLedger(watch, appended(first!));
    await watchLedger(watch, appended(second!));
    expect(watch.sent.map(({ id, kind }) => [id, kind])).toEqual([
      [first!.eventId, 'approval_wanted'],
      [second!.eventId, 'approved'],
    ]);
  });

  test('that is told twice has the same id twice, and told late or out of order it says the same', async () => {
    const [early, late] = [watched(), watched()];
    const events = [submitted(), approved(approver, NOON)];
    const [first] = await write(early.ledger, ...events);
    await write(late.ledger, ...events, recorded('request.ended', {}, { by: engineer, at: noon(5) }));
    await watchLedger(early, appended(first!));
    const [, second, third] = await late.ledger.read(STREAM);
    for (const event of [third!, second!, first!, first!]) await watchLedger(late, appended(event));
    expect(late.sent.slice(2)).toEqual([early.sent[0], early.sent[0]]);
  });

  test('that the queue does not take is told again: nothing is lost', async () => {
    const watch = watched();
    const [first] = await write(watch.ledger, submitted());
    const down = { ...watch, notices: { send: () => Promise.reject(unavailable()) } };
    await expect(watchLedger(down, appended(first!))).rejects.toThrow(unavailable().message);
    await watchLedger(watch, appended(first!));
    expect(watch.sent).toHaveLength(1);
    expect(await watch.listed()).toHaveLength(1);
  });

  test('that is none of ours is told to nobody', async () => {
    const watch = watched();
    const [first] = await write(watch.ledger, submitted());
    const forged = seal(
      first,
      STREAM,
      recorded('request.revoked', { reason: words('w') }, { by: approver, at: noon(1) }),
    );
    watch.ledger.alter(STREAM, 0, (canonical) => canonical.replace('prod-admin', 'prod-root'));
    await watchLedger(watch, appended(forged));
    expect(watch.sent).toStrictEqual([]);
  });

  test('repairs its summary, as of the last event that the ledger has', async () => {
    const watch = watched();
    const [first] = await write(watch.ledger, submitted(), approved(approver, NOON));
    await watchLedger(watch, appended(first!));
    expect(await watch.listed()).toMatchObject([{ id: ID, seq: 1 }]);
    expect(watch.ledger.streams()).toEqual([STREAM]);
    expect(watch.alarms).toStrictEqual([]);
  });

  test('of a stream that is gone meanwhile repairs nothing: what took it away is told by itself', async () => {
    const watch = watched();
    await watchLedger(watch, appended(seal(undefined, STREAM, submitted())));
    expect(await watch.listed()).toStrictEqual([]);
    expect(watch.alarms).toStrictEqual([]);
  });

  test('is told again when the ledger is away', async () => {
    const watch = watched(() => Promise.reject(unavailable()));
    await expect(watchLedger(watch, appended(seal(undefined, STREAM, submitted())))).rejects.toMatchObject({
      code: 'ledger_unavailable',
    });
  });

  test('is told again when the index cannot be written', async () => {
    const watch = watched();
    const [first] = await write(watch.ledger, submitted());
    const summaries = { put: () => Promise.reject(unavailable()) };
    await expect(watchLedger({ ...watch, summaries }, appended(first!))).rejects.toMatchObject({
      code: 'ledger_unavailable',
    });
  });

  test('ends with the error when the fold has a bug', async () => {
    const watch = watched();
    const [first] = await write(watch.ledger, submitted());
    const broken = {
      ...first!,
      get type(): never {
        throw new RangeError('a bug');
      },
    };
    const ledger = { ...watch.ledger, read: () => Promise.resolve([broken]) };
    await expect(watchLedger({ ...watch, ledger }, appended(first!))).rejects.toThrow(RangeError);
  });
});

describe('an account in chat', () => {
  const PERSON = `person#${engineer.handle}`;
  const chat = { platform: 'slack', workspace: 'T0OURS', user: 'U0ENGINEER' } as const;
  const made = recorded(
    'link.made',
    { person: [engineer.handle], chat, carried: NO_STANDING },
    { by: engineer, at: NOON },
  );
  const removed = recorded(
    'link.removed',
    { handle: engineer.handle, chat, carried: NO_STANDING },
    { by: engineer, at: NOON },
  );

  test('that is linked or unlinked is told of, by ids alone', async () => {
    const watch = watched();
    const first = seal(undefined, PERSON, made);
    for (const event of [first, seal(first, PERSON, removed)]) {
      await watch.ledger.append(event);
      await watchLedger(watch, appended(event));
    }
    const about = { handle: engineer.handle, account: chat, at: NOON };
    expect(watch.linked).toEqual([
      { id: made.eventId, kind: 'chat_linked', ...about },
      { id: removed.eventId, kind: 'chat_unlinked', ...about },
    ]);
    expect([watch.sent, watch.alarms]).toEqual([[], []]);
  });

  test('is not told of where identities are linked, or what says so is forged', async () => {
    const watch = watched();
    const others = seal(
      undefined,
      PERSON,
      recorded(
        'link.made',
        { person: [engineer.handle, approver.handle], carried: NO_STANDING },
        { by: engineer, at: NOON },
      ),
    );
    const elsewhere = seal(undefined, PERSON, removed);
    for (const event of [others, seal(elsewhere, PERSON, made)]) {
      await watch.ledger.append(event);
      await watchLedger(watch, appended(event));
    }
    expect([watch.linked, watch.alarms.length]).toStrictEqual([[], 1]);
  });

  test('is not told of where its event is gone meanwhile, or for anything else in the stream', async () => {
    const watch = watched();
    await watchLedger(watch, appended(seal(undefined, PERSON, made)));
    const event = seal(
      undefined,
      PERSON,
      recorded('person.forgotten', { handle: engineer.handle, carried: NO_STANDING }, { by: engineer, at: NOON }),
    );
    await watch.ledger.append(event);
    await watchLedger(watch, appended(event));
    expect([watch.linked, watch.alarms]).toStrictEqual([[], []]);
  });

  test('is told of again while the queue does not take it', async () => {
    const watch = { ...watched(), linkNotices: { sendLink: () => Promise.reject(unavailable()) } };
    const event = seal(undefined, PERSON, made);
    await watch.ledger.append(event);
    await expect(watchLedger(watch, appended(event))).rejects.toThrow();
  });
});
