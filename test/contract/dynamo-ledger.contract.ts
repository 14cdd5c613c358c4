import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { itemOf } from '../../lib/aws/ledger-item.ts';
import { dynamoLedger } from '../../lib/aws/ledger.ts';
import { type Break, BrokenChainError, canonicalOf, hashCanonical, seal } from '../../lib/broker/chain.ts';
import type { LedgerParts } from '../../lib/broker/log/ports.ts';
import type { Ledger } from '../../lib/broker/ports.ts';
import { HatcheckError } from '../../lib/domain/errors.ts';
import type { StoredEvent } from '../../lib/domain/event.ts';
import { approved, at, chain } from './events.ts';
import { type Fault, clientOf, faultyClient, timeout } from './faults.ts';

export interface LedgerTable {
  readonly endpoint: string;
  readonly table: string;
  readonly close: () => Promise<void>;
}

type Item = ReturnType<typeof itemOf>;

/** What goes wrong between the ledger and its table, or in the table behind its back. */
export const dynamoLedgerContract = (name: string, make: () => Promise<LedgerTable>): void => {
  describe(`the ledger's table in ${name}`, () => {
    let target: LedgerTable;
    let client: DynamoDBClient;
    let ledger: Ledger & LedgerParts;
    let streams = 0;
    const stream = () => `request#t_${String((streams += 1))}`;

    beforeAll(async () => {
      target = await make();
      client = clientOf(target.endpoint);
      ledger = dynamoLedger({ client, table: target.table });
    });
    afterAll(async () => {
      client.destroy();
      await target.close();
    });

    const putByHand = (item: Item) => client.send(new PutItemCommand({ TableName: target.table, Item: item }));

    describe('altered behind its back', () => {
      const tampered: readonly (readonly [string, Break, (third: StoredEvent) => Item])[] = [
        [
          'content under the old hash',
          'hash',
          (e) => ({ ...itemOf(e), canonical: { S: canonicalOf({ ...e, at: at(9) }) } }),
        ],
        ['content sealed anew with another link', 'prevHash', (e) => itemOf(sealed({ ...e, prevHash: 'x' }))],
        ['an earlier time, sealed', 'at', (e) => itemOf(sealed({ ...e, at: at(0) }))],
        ['a string that is not canonical, hashed', 'hash', (e) => hashed(e, ` ${canonicalOf(e)}`)],
        ['an event moved to another place', 'key', (e) => ({ ...itemOf(sealed({ ...e, seq: 7 })), seq: { N: '2' } })],
        [
          'an event of another stream',
          'key',
          (e) => ({ ...itemOf(sealed({ ...e, stream: 'other' })), stream: { S: e.stream } }),
        ],
        ['what is not JSON, hashed', 'shape', (e) => hashed(e, 'nothing')],
        ['JSON that is no object, hashed', 'shape', (e) => hashed(e, '[]')],
        ['an unknown type, hashed', 'shape', (e) => hashed(e, canonicalOf(e).replace('request.approved', 'toString'))],
        ['no actor, hashed', 'shape', (e) => hashed(e, canonicalOf(e).replace('"kind":"person"', '"kind":"robot"'))],
        ['an item without content', 'hash', (e) => ({ stream: { S: e.stream }, seq: { N: '2' } })],
      ];

      test.each(tampered)('%s: ledger_unavailable', async (_what, what, tamper) => {
        const events = chain(stream(), 3);
        for (const event of events) await ledger.append(event);
        await putByHand(tamper(events[2]!));
        const error = await ledger.read(events[0]!.stream).catch((thrown: unknown) => thrown);
        expect(codeOf(error)).toBe('ledger_unavailable');
        expect(breakOf(error)).toBe(what);
      });

      test('a gap: ledger_unavailable', async () => {
        const [first, , third] = chain(stream(), 3);
        await putByHand(itemOf(first!));
        await putByHand(itemOf(third!));
        expect(breakOf(await ledger.read(first!.stream).catch((error: unknown) => error))).toBe('gap');
      });

      test('a part leaves out what is no sound event, and only that', async () => {
        const events = chain(stream(), 5);
        for (const event of events) await ledger.append(event);
        await putByHand({ ...itemOf(events[1]!), hash: { S: 'x' } });
        await putByHand(hashed(events[3]!, 'nothing'));
        const part = await ledger.part(events[0]!.stream, 0, 4);
        expect(part).toEqual([events[0], events[2], events[4]]);
      });

      test('the last event alone is checked too', async () => {
        const events = chain(stream(), 2);
        await putByHand({ ...itemOf(events[1]!), hash: { S: 'x' } });
        const error = await ledger.last(events[0]!.stream).catch((thrown: unknown) => thrown);
        expect([codeOf(error), breakOf(error)]).toEqual(['ledger_unavailable', 'hash']);
      });
    });

    describe('when the answer to a put does not come', () => {
      const faulty = (fault: Omit<Fault, 'command' | 'error'>, command = 'PutItem') => {
        const { client, sent } = faultyClient(target.endpoint, { command, error: timeout(), ...fault });
        return { ledger: dynamoLedger({ client, table: target.table }), sent };
      };

      test('and it had happened, the event is recognised as appended', async () => {
        const [event] = chain(stream(), 1);
        expect(await faulty({ when: 'after', each: 'call' }).ledger.append(event!)).toBe('appended');
        expect(await ledger.read(event!.stream)).toEqual([event]);
      });

      test('and the SDK tries again by itself, its own first try is no conflict', async () => {
        const [event] = chain(stream(), 1);
        const { ledger: unlucky, sent } = faulty({ when: 'after', each: 'try', times: 1 });
        expect(await unlucky.append(event!)).toBe('appended');
        // The second try was refused by the condition.
        expect(sent()).toBe(1);
        expect(await ledger.read(event!.stream)).toEqual([event]);
      });

      test("and somebody else's event is there, it is a conflict", async () => {
        const [first, second] = chain(stream(), 2);
        await ledger.append(first!);
        await ledger.append(second!);
        const late = seal(first, first!.stream, approved('late', 1));
        expect(await faulty({ when: 'before', each: 'call' }).ledger.append(late)).toBe('conflict');
      });

      test('and nothing is there, it is ledger_unavailable: it may yet come', async () => {
        const [event] = chain(stream(), 1);
        await expect(faulty({ when: 'before', each: 'call' }).ledger.append(event!)).rejects.toMatchObject({
          code: 'ledger_unavailable',
          cause: { name: 'TimeoutError' },
        });
      });

      test('on none of the tries, it is ledger_unavailable', async () => {
        const [event] = chain(stream(), 1);
        const { ledger: dead, sent } = faulty({ when: 'before', each: 'try' });
        await expect(dead.append(event!)).rejects.toMatchObject({ code: 'ledger_unavailable' });
        expect(sent()).toBe(0);
      });

      test('and the ledger cannot be asked either, it is ledger_unavailable', async () => {
        const [first] = chain(stream(), 1);
        await ledger.append(first!);
        const rival = seal(undefined, first!.stream, approved('rival'));
        const { ledger: blind } = faulty({ when: 'before', each: 'call' }, 'GetItem');
        await expect(blind.append(rival)).rejects.toMatchObject({ code: 'ledger_unavailable' });
      });

      test('to a read: ledger_unavailable', async () => {
        const { ledger: blind } = faulty({ when: 'before', each: 'call' }, 'Query');
        await expect(blind.read(stream())).rejects.toMatchObject({ code: 'ledger_unavailable' });
        await expect(blind.last(stream())).rejects.toMatchObject({ code: 'ledger_unavailable' });
      });
    });

    test('a table that is not there: ledger_unavailable, with the cause for the operator', async () => {
      const nowhere = dynamoLedger({ client, table: 'hatcheck-test-nowhere' });
      const [event] = chain(stream(), 1);
      await expect(nowhere.append(event!)).rejects.toMatchObject({ code: 'ledger_unavailable' });
      await expect(nowhere.read('request#x')).rejects.toMatchObject({ cause: { name: 'ResourceNotFoundException' } });
    });
  });
};

const sealed = (event: StoredEvent): StoredEvent => ({ ...event, hash: hashCanonical(canonicalOf(event)) });

const hashed = (event: StoredEvent, canonical: string): Item => ({
  ...itemOf(event),
  canonical: { S: canonical },
  hash: { S: hashCanonical(canonical) },
});

const codeOf = (error: unknown) => (error instanceof HatcheckError ? error.code : error);

const breakOf = (error: unknown) =>
  error instanceof HatcheckError && error.cause instanceof BrokenChainError ? error.cause.what : error;
