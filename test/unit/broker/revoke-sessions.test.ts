import { beforeEach, describe, expect, test } from '@jest/globals';
import { readBoundary } from '../../../lib/broker/boundary-text.ts';
import type { Boundaries } from '../../../lib/broker/end-sessions.ts';
import { type Revoker, revokeSessions } from '../../../lib/broker/revoke-sessions.ts';
import { summaryOf } from '../../../lib/broker/summary.ts';
import { ALLOW_EVERYTHING, type BoundedRole, boundaryDocument } from '../../../lib/domain/boundary.ts';
import type { Due } from '../../../lib/domain/due.ts';
import { HatcheckError } from '../../../lib/domain/errors.ts';
import type { StoredEvent } from '../../../lib/domain/event.ts';
import { fold } from '../../../lib/domain/request.ts';
import { entitlement, noon, policy } from '../../support/builders.ts';
import {
  type MemoryClock,
  type MemoryDues,
  type MemoryLedger,
  memoryClock,
  memoryDues,
  memoryLedger,
  patient,
  seededChance,
} from '../../support/memory.ts';
import { requestIdOf, tell } from '../../support/revocations.ts';

const [ONE, TWO, THREE] = [requestIdOf(1), requestIdOf(2), requestIdOf(3)];
const OTHER = entitlement({ id: 'other', roleArn: 'arn:aws:iam::111122223333:role/hatcheck/Other' });
const ISSUER = 'https://issuer.example.com';

let ledger: MemoryLedger;
let clock: MemoryClock;
let dues: MemoryDues;
let warnings: string[];
/** Requests whose account access.yml has no more, as the operator was told. */
let gone: string[];
/** By role, as IAM has them; a role that is not there does not answer. */
let boundaries: Map<string, string>;
let writes: number;

beforeEach(() => {
  [ledger, clock, dues, writes] = [memoryLedger(), memoryClock(noon(61.5)), memoryDues(), 0];
  [warnings, gone] = [[], []];
  const empty = ({ roleArn, account }: typeof OTHER) =>
    JSON.stringify(boundaryDocument({ roleArn, account, issuer: ISSUER }, [ALLOW_EVERYTHING], { requestIds: [] }));
  boundaries = new Map([entitlement(), OTHER].map((each) => [each.roleArn, empty(each)]));
});

const inMemory: Boundaries = {
  read: ({ roleArn }) => {
    const text = boundaries.get(roleArn);
    return text === undefined
      ? Promise.reject(new HatcheckError({ code: 'aws_unavailable', reason: 'no such role' }))
      : Promise.resolve({ versionId: `v${1 + writes}`, text });
  },
  version: ({ roleArn }) => Promise.resolve(boundaries.get(roleArn)),
  write: ({ roleArn }, text) => {
    boundaries.set(roleArn, text);
    writes += 1;
    return Promise.resolve(`v${1 + writes}`);
  },
};

const revoker = (parts: Partial<Revoker> = {}): Revoker => ({
  ...{ ledger, clock, dues, issuer: ISSUER, boundaries: inMemory, chance: seededChance() },
  policy: policy([entitlement(), OTHER]),
  ...{ overflowed: () => undefined, crowded: () => undefined },
  accountGone: (requestId) => void gone.push(requestId),
  warn: (message) => void warnings.push(message),
  ...parts,
});

const revoke = (ids: readonly string[], parts?: Partial<Revoker>) => revokeSessions(revoker(parts), ids, patient);
const revoked = (id: string, of = entitlement()) => tell(ledger, id, { of, revokedAt: noon(60) });
const eventsOf = async (id: string) => ledger.read(`request#${id}`);
const deniedOn = ({ roleArn }: { roleArn: string }) => readBoundary(boundaries.get(roleArn) ?? '').ended.requestIds;

describe('sessions of a revoked request', () => {
  test('are denied, and how long that took is on record', async () => {
    await revoked(ONE);
    expect(await revoke([ONE])).toStrictEqual([]);
    expect(deniedOn(entitlement())).toEqual([ONE]);
    const events = await eventsOf(ONE);
    expect(events.at(-1)).toMatchObject({
      type: 'sessions.ended',
      data: { tookMs: 1500, by: 'boundary' },
      actor: { kind: 'system', handle: 'on-revocation' },
      policy: policy().version,
    });
    expect(fold(events)?.sessionsEnded).toEqual({ at: noon(61.5), tookMs: 1500, by: 'boundary' });
  });

  test('are on record once, however often it is asked for', async () => {
    await revoked(ONE);
    await revoke([ONE, ONE]);
    clock.advance(5);
    await revoke([ONE]);
    expect((await eventsOf(ONE)).filter(({ type }) => type === 'sessions.ended')).toHaveLength(1);
  });

  test('the deny is looked at every quarter of an hour, and goes when the last of them must be over', async () => {
    await revoked(ONE);
    await revoke([ONE]);
    expect(dues.open()).toEqual([{ requestId: ONE, kind: 'boundary', at: noon(961.5) }]);
    clock.set(noon(961.5));
    await revoke([ONE]);
    expect(dues.open()).toEqual([{ requestId: ONE, kind: 'boundary', at: noon(1800) }]);
    clock.set(noon(1800));
    expect(await revoke([ONE])).toStrictEqual([]);
    expect(deniedOn(entitlement())).toStrictEqual([]);
    expect(dues.open()).toStrictEqual([]);
  });

  test('a deny that somebody overwrote is there again when it is looked at', async () => {
    const { roleArn } = entitlement();
    const before = boundaries.get(roleArn) ?? '';
    await revoked(ONE);
    await revoke([ONE]);
    boundaries.set(roleArn, before);
    clock.set(noon(961.5));
    await revoke([ONE]);
    expect(deniedOn(entitlement())).toEqual([ONE]);
    expect((await eventsOf(ONE)).filter(({ type }) => type === 'sessions.ended')).toHaveLength(1);
  });

  test('what the ledger does not say is revoked is left alone, whoever asks, and nothing is noted as done', async () => {
    await tell(ledger, ONE, {});
    expect(await revoke([ONE, TWO])).toStrictEqual([]);
    expect(deniedOn(entitlement())).toStrictEqual([]);
    expect((await eventsOf(ONE)).map(({ type }) => type)).not.toContain('sessions.ended');
    expect(await eventsOf(TWO)).toStrictEqual([]);
    const request = fold(await eventsOf(ONE));
    const closed = { kind: 'revoked', by: 'p_security', at: noon(62) } as const;
    if (request) dues.plan(summaryOf({ ...request, closed }));
    expect(dues.open()).toEqual([{ requestId: ONE, kind: 'boundary', at: noon(122) }]);
  });
});

describe('what goes wrong with some holds up no others', () => {
  test('a role that does not answer', async () => {
    await Promise.all([revoked(ONE), revoked(TWO), revoked(THREE, OTHER)]);
    boundaries.delete(entitlement().roleArn);
    expect([...(await revoke([ONE, THREE, TWO]))].sort()).toEqual([ONE, TWO]);
    expect(deniedOn(OTHER)).toEqual([THREE]);
    expect(warnings).toHaveLength(1);
  });

  test('a stream that was tampered with', async () => {
    await Promise.all([revoked(ONE), revoked(TWO)]);
    ledger.alter(`request#${ONE}`, 1, (canonical) => canonical.replace('request.', 'request_'));
    expect(await revoke([ONE, TWO])).toEqual([ONE]);
    expect(deniedOn(entitlement())).toEqual([TWO]);
  });

  test('a stream that is tampered with meanwhile', async () => {
    await Promise.all([revoked(ONE), revoked(TWO)]);
    let reads = 0;
    const meanwhile = {
      ...ledger,
      read: (stream: string) => {
        reads += 1;
        // Each was looked at once, to learn its role.
        if (reads === 3) ledger.alter(`request#${ONE}`, 1, (canonical) => canonical.replace('request.', 'request_'));
        return ledger.read(stream);
      },
    };
    expect(await revoke([ONE, TWO], { ledger: meanwhile })).toEqual([ONE]);
    expect(deniedOn(entitlement())).toEqual([TWO]);
  });

  test('a record that cannot be written: the sessions are ended all the same', async () => {
    await Promise.all([revoked(ONE), revoked(TWO)]);
    const full = {
      ...ledger,
      append: (event: Parameters<MemoryLedger['append']>[0]) =>
        event.stream.endsWith(ONE)
          ? Promise.reject(new HatcheckError({ code: 'ledger_unavailable', reason: 'as the test says' }))
          : ledger.append(event),
    };
    expect(await revoke([ONE, TWO], { ledger: full })).toEqual([ONE]);
    expect(deniedOn(entitlement())).toEqual([ONE, TWO]);
  });

  const elsewhere = entitlement({ account: { ...entitlement().account, id: '444455556666' } });

  test('an account of which access.yml lends nothing any more, and that it names', async () => {
    await revoked(ONE);
    const { accounts } = policy();
    const named = { ...policy([elsewhere]), accounts: [...policy([elsewhere]).accounts, ...accounts] };
    expect(await revoke([ONE], { policy: named })).toStrictEqual([]);
    expect(deniedOn(entitlement())).toEqual([ONE]);
    expect(gone).toStrictEqual([]);
  });

  test('an account that access.yml names no more: the operator is told, until no session can be out', async () => {
    await revoked(ONE);
    await dues.again({ requestId: ONE, kind: 'boundary', at: noon(61) });
    const without = { policy: policy([elsewhere]) };
    expect([await revoke([ONE], without), gone]).toEqual([[ONE], [ONE]]);
    clock.set(noon(1799));
    expect([await revoke([ONE], without), gone]).toEqual([[ONE], [ONE, ONE]]);
    expect(dues.open()).toHaveLength(1);
    clock.set(noon(1800));
    expect([await revoke([ONE], without), gone]).toEqual([[], [ONE, ONE]]);
    expect([dues.open(), warnings]).toEqual([[], []]);
  });

  test('an account that access.yml names no more, and nothing that was revoked there', async () => {
    await tell(ledger, ONE, {});
    await tell(ledger, TWO, { sessionsAt: [], revokedAt: noon(60) });
    expect([await revoke([ONE, TWO], { policy: policy([elsewhere]) }), gone]).toEqual([[], []]);
  });
});

describe('whatever fails on the way, told again it is done', () => {
  /** Fails at the n-th call of whatever is waited for, before or after it was done. */
  const striking = (at: number, afterwards: boolean): Partial<Revoker> => {
    let calls = 0;
    const struck =
      <A extends unknown[], T>(work: (...args: A) => Promise<T>) =>
      async (...args: A): Promise<T> => {
        calls += 1;
        const error = new HatcheckError({ code: 'ledger_unavailable', reason: 'as the test says' });
        if (calls === at && !afterwards) throw error;
        const result = await work(...args);
        if (calls === at && afterwards) throw error;
        return result;
      };
    return {
      ledger: {
        ...ledger,
        read: struck((stream: string) => ledger.read(stream)),
        append: struck((event: StoredEvent) => ledger.append(event)),
      },
      boundaries: {
        ...inMemory,
        read: struck((role: BoundedRole) => inMemory.read(role)),
        write: struck((role: BoundedRole, text: string) => inMemory.write(role, text)),
      },
      dues: { ...dues, again: struck((due: Due) => dues.again(due)) },
    };
  };

  test.each(
    [false, true].flatMap((afterwards) => Array.from({ length: 16 }, (_, at) => [at + 1, afterwards] as const)),
  )('at await %i, afterwards: %s', async (at, afterwards) => {
    await Promise.all([revoked(ONE), revoked(TWO)]);
    const failed = await revoke([ONE, TWO], striking(at, afterwards));
    await revoke(failed);
    expect(deniedOn(entitlement())).toEqual([ONE, TWO]);
    for (const id of [ONE, TWO]) {
      expect((await eventsOf(id)).filter(({ type }) => type === 'sessions.ended')).toHaveLength(1);
      expect(dues.open()).toContainEqual({ requestId: id, kind: 'boundary', at: noon(961.5) });
    }
  });
});
