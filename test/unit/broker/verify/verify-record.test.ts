import { describe, expect, test } from '@jest/globals';
import { canonicalOf, seal } from '../../../../lib/broker/chain.ts';
import { hashBytes, leafHash } from '../../../../lib/broker/log/merkle.ts';
import type { LedgerItem } from '../../../../lib/broker/log/verify-ledger-ports.ts';
import { rootFromInclusion } from '../../../../lib/broker/log/proof.ts';
import { HatcheckError } from '../../../../lib/domain/errors.ts';
import { type VerifyQuery, verifyRecord } from '../../../../lib/broker/verify/verify-record.ts';
import type { RecordedEvent, StoredEvent } from '../../../../lib/domain/event.ts';
import { answers } from '../../../../lib/http/answers.ts';
import {
  approved,
  approver,
  auditor,
  engineer,
  intended,
  noon,
  outsider,
  recorded,
  security,
  submitted,
  words,
} from '../../../support/builders.ts';
import { memoryDesk } from '../../../support/memory.ts';
import { provedLog, signIns } from '../../../support/proved-log.ts';

const STREAM = 'request#r_AAAAAAAAAAAAAAAAAAAAAAAAAA';

const LIFE: readonly RecordedEvent[] = [
  submitted(),
  approved(approver, noon(1)),
  intended(noon(2)),
  recorded('request.revoked', { reason: words('stop') }, { by: security, at: noon(3) }),
  recorded('sessions.ended', { tookMs: 1, by: 'boundary' }, { by: security, at: noon(4) }),
];

const sealed = (life: readonly RecordedEvent[]): readonly StoredEvent[] =>
  life.reduce<StoredEvent[]>((before, event) => [...before, seal(before.at(-1), STREAM, event)], []);

const itemOf = (event: StoredEvent): LedgerItem => ({
  seq: event.seq,
  canonical: canonicalOf(event),
  hash: event.hash,
});

/** A request of five events between sign-ins of others, of which the checkpoint covers so many; the items are the test's to alter. */
const record = (covered = 303, life = LIFE) => {
  const events = sealed(life);
  const others = signIns(300);
  const log = provedLog([...others, ...events]);
  if (covered > 0) log.sign(covered);
  const items = events.map(itemOf);
  const reader = {
    ...log,
    items: {
      tile: log.places.tile,
      items: (stream: string, from: number, to: number) =>
        Promise.resolve(
          stream === STREAM
            ? items.filter(({ seq }) => from <= seq && seq <= to).toSorted((a, b) => a.seq - b.seq)
            : [],
        ),
    },
  };
  const verify = (query: Partial<VerifyQuery> = {}, caller = auditor) =>
    verifyRecord(memoryDesk(), reader, caller, { from: 0, stream: STREAM, ...query });
  return { events, items, log, verify };
};

describe('a stream that is as it was written', () => {
  test('is ok, with how much of it a checkpoint covers, and what that is signed by', async () => {
    const { log, verify } = record();
    const verdict = await verify();
    expect(answers.Verdict().safeParse(verdict).error).toBeUndefined();
    expect(verdict).toMatchObject({
      ok: true,
      checked: { events: 5, checkpoints: 1 },
      waiting: 2,
      checkpoint: { seq: 0, size: 303 },
    });
    expect(verdict.keys).toEqual([{ kid: log.key.kid, pem: log.key.pem }]);
    expect(verdict).not.toHaveProperty('next');
  });

  test('with proofs that lead from the events’ own texts to the signed root', async () => {
    const { verify, log } = record();
    const { proofs = [] } = await verify({ proofs: true });
    expect(proofs.map(({ index, seq }) => [index, seq])).toEqual([
      [300, 0],
      [301, 1],
      [302, 2],
    ]);
    const { root, size } = JSON.parse(
      log.checkpoints[0]!.type === 'checkpoint.signed' ? log.checkpoints[0]!.data.checkpoint : '',
    ) as { root: string; size: number };
    for (const { hash, index, path } of proofs)
      expect(rootFromInclusion(leafHash(hash), index, size, path.map(hashBytes)).toString('base64url')).toBe(root);
  });

  test('also before anything was signed, and then nothing proves it', async () => {
    expect(await record(0).verify()).toMatchObject({ ok: true, waiting: 5, checked: { checkpoints: 0 } });
  });

  test('that is long is verified part by part', async () => {
    const life = [submitted(), ...Array.from({ length: 229 }, (_, n) => intended(noon(n + 1)))];
    const { verify } = record(530, life);
    let [from, events, calls]: [number | undefined, number, number] = [0, 0, 0];
    while (from !== undefined) {
      const verdict: Awaited<ReturnType<typeof verify>> = await verify({ from });
      expect(verdict.ok).toBe(true);
      [from, events, calls] = [verdict.next, events + verdict.checked.events, calls + 1];
    }
    expect([events, calls]).toEqual([230, 3]);
  });
});

describe('an attack on a stream', () => {
  const written = (items: LedgerItem[], seq: number, change: (canonical: string) => string): void => {
    const { canonical = '', hash = '' } = items[seq]!;
    items[seq] = { seq, canonical: change(canonical), hash };
  };

  const anew = (items: LedgerItem[], from: number): void => {
    const events = sealed(LIFE.map((event, n) => (n < from ? event : { ...event, eventId: `other ${n}` })));
    for (let seq = from; seq < items.length; seq += 1) items[seq] = itemOf(events[seq]!);
  };

  test.each([0, 1, 2, 3, 4])('an event altered at %i is found there, covered or not', async (seq) => {
    const { items, verify } = record();
    written(items, seq, (canonical) => canonical.replace('"v":1', '"v":2'));
    expect(await verify()).toMatchObject({
      ok: false,
      firstBad: { what: 'altered', stream: STREAM, seq },
      checked: { events: seq },
    });
  });

  test.each([0, 1, 2, 3])('one deleted at %i', async (seq) => {
    const { items, verify } = record();
    items.splice(seq, 1);
    expect(await verify()).toMatchObject({ ok: false, firstBad: { what: 'dropped', seq, index: 300 + seq } });
  });

  test('the end cut off, where the log knows better', async () => {
    const { items, verify } = record();
    items.splice(2);
    expect(await verify()).toMatchObject({ firstBad: { what: 'dropped', seq: 2, index: 302, checkpoint: 0 } });
    items.splice(0);
    expect(await verify()).toMatchObject({ ok: false, firstBad: { what: 'dropped', seq: 0 } });
  });

  test.each([0, 1, 2])('all of it written anew from %i on, with new hashes: the log shows it', async (from) => {
    const { items, verify } = record();
    anew(items, from);
    expect(await verify()).toMatchObject({
      ok: false,
      firstBad: { what: 'altered', sign: 'content', seq: from, checkpoint: 0 },
    });
  });

  test('two that changed places', async () => {
    const { items, verify } = record();
    [items[1], items[2]] = [
      { ...items[2]!, seq: 1 },
      { ...items[1]!, seq: 2 },
    ];
    expect(await verify()).toMatchObject({ ok: false, firstBad: { what: 'reordered', seq: 1 } });
  });

  test('one that was put between two others', async () => {
    const { items, verify } = record();
    items.push({ ...items[1]!, seq: 1.5 });
    expect(await verify()).toMatchObject({ ok: false, firstBad: { what: 'added', sign: 'place', seq: 2 } });
  });

  test('and the tiles with it: nothing makes the signed root', async () => {
    const { items, log, verify } = record();
    anew(items, 1);
    log.tiles.get('0/1')![301 - 256] = leafHash(sealed(LIFE)[0]!.hash);
    expect(await verify()).toMatchObject({ ok: false, firstBad: { sign: 'leaves', seq: 0 } });
    log.tiles.set('0/1', []);
    expect(await verify()).toMatchObject({ ok: false, firstBad: { sign: 'leaves', seq: 0 } });
  });

  test('an item that is no event at all, covered or not', async () => {
    for (const seq of [1, 4]) {
      const { items, verify } = record();
      items[seq] = { seq, hash: 'x' };
      expect(await verify()).toMatchObject({ ok: false, firstBad: { what: 'altered', seq } });
    }
  });

  test('one that the log has not heard of yet, deleted or altered: the chain shows it', async () => {
    const unheard = () => {
      const made = record(0);
      made.log.runs.splice(0);
      return made;
    };
    const deleted = unheard();
    deleted.items.splice(2, 1);
    expect((await deleted.verify()).firstBad).toEqual({ what: 'dropped', sign: 'chain', stream: STREAM, seq: 2 });
    const altered = unheard();
    const [, , third] = sealed(LIFE.map((event, n) => (n === 2 ? { ...event, eventId: 'other' } : event)));
    altered.items[2] = itemOf(third!);
    expect(await altered.verify()).toMatchObject({ firstBad: { what: 'altered', sign: 'chain', seq: 3 } });
  });

  test('behind the first bad place it goes on', async () => {
    const { items, verify } = record();
    written(items, 1, (canonical) => `${canonical} `);
    expect(await verify()).toMatchObject({ firstBad: { seq: 1 }, next: 2 });
  });
});

describe('what is asked', () => {
  test.each([engineer, approver, security, outsider])(
    'by whoever is no auditor is not even looked at: %#',
    async (caller) => {
      await expect(record().verify({}, caller)).rejects.toMatchObject({ code: 'not_an_auditor' });
    },
  );

  test('of a stream that neither the ledger nor the log knows is not found', async () => {
    await expect(record().verify({ stream: 'request#r_BBBBBBBBBBBBBBBBBBBBBBBBBB' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  test('a stream has no end to name, checkpoints have no proofs, and a range does not run backwards', async () => {
    const { verify } = record();
    const checkpoints = (query: VerifyQuery) =>
      verifyRecord(
        memoryDesk(),
        { ...record().log, items: { tile: () => Promise.resolve([]), items: () => Promise.resolve([]) } },
        auditor,
        query,
      );
    for (const asked of [verify({ to: 3 }), checkpoints({ from: 0, proofs: true }), checkpoints({ from: 3, to: 1 })])
      await expect(asked).rejects.toMatchObject({ code: 'invalid_input' });
  });

  test('that tiles cannot be read is no verdict either', async () => {
    const { log, items } = record();
    const away = () =>
      Promise.reject(new HatcheckError({ code: 'ledger_unavailable', reason: 'away' }, { cause: new Error('x') }));
    const reader = { ...log, items: { items: () => Promise.resolve(items), tile: away } };
    await expect(verifyRecord(memoryDesk(), reader, auditor, { from: 0, stream: STREAM })).rejects.toMatchObject({
      code: 'ledger_unavailable',
    });
  });

  test('that the ledger is away is no verdict', async () => {
    const { log } = record();
    const away = () =>
      Promise.reject(new HatcheckError({ code: 'ledger_unavailable', reason: 'away' }, { cause: new Error('x') }));
    const reader = { ...log, items: { items: away, tile: away } };
    await expect(verifyRecord(memoryDesk(), reader, auditor, { from: 0, stream: STREAM })).rejects.toMatchObject({
      code: 'ledger_unavailable',
    });
  });
});

describe('checkpoints with all that they cover', () => {
  test('are judged by the ledger alone, and the last that is well is shown as it was signed', async () => {
    const { ledgerOf, readLedger } = await import('../../../support/audit-ledger.ts');
    const { checkpointKey, logOf } = await import('../../../support/audit-log.ts');
    const key = checkpointKey();
    const { streams, tile } = ledgerOf([...logOf({ events: 30, every: 10, key })], 4);
    const items = readLedger(streams, tile);
    const part = async (stream: string, from: number, to: number) =>
      (await items.items(stream, from, to)).map(({ canonical = '', hash = '' }) => ({
        ...(JSON.parse(canonical) as StoredEvent),
        hash,
      }));
    const reader = {
      items,
      ledger: { last: () => Promise.resolve(undefined), part },
      places: record().log.places,
      checkpointKeys: () => Promise.resolve([key.publicKey]),
    };
    const verdict = await verifyRecord(memoryDesk(), reader, auditor, { from: 0 });
    expect(answers.Verdict().safeParse(verdict).error).toBeUndefined();
    expect(verdict).toMatchObject({
      ok: true,
      checked: { events: 30, checkpoints: 3 },
      checkpoint: { seq: 2, size: 30, kid: key.kid },
    });
    expect(await verifyRecord(memoryDesk(), reader, auditor, { from: 0, to: 1 })).toMatchObject({
      ok: true,
      checked: { checkpoints: 2 },
    });
    const stream = 'request#r_' + 'A'.repeat(26);
    const altered = new Map([...streams, [stream, (streams.get(stream) ?? []).slice(1)]]);
    const bad = await verifyRecord(memoryDesk(), { ...reader, items: readLedger(altered, tile) }, auditor, { from: 0 });
    expect(bad).toMatchObject({ ok: false, firstBad: { what: 'dropped', stream, seq: 0 } });
  });
});
