import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { issueCredentials } from '../../../lib/broker/issue.ts';
import { RoleSessionError, type TemporaryCredentials } from '../../../lib/broker/ports.ts';
import { engineer, noon, security } from '../../support/builders.ts';
import { type MemoryDesk, memoryDesk, memoryLedger, patient, patientFor, unavailable } from '../../support/memory.ts';
import { acted, by, codeOf, credentials, eventsOf, granted, issuerAt, typesOf } from './story.ts';

const LIFE = ['request.submitted', 'request.approved'];

describe('when STS opens nothing', () => {
  test.each([
    ['failed', 'credentials.failed'],
    ['unknown', 'credentials.unknown'],
  ] as const)('%s is put on record, and the caller learns that AWS is unavailable', async (outcome, type) => {
    const error = new RoleSessionError(outcome, 'AccessDenied');
    const issuer = issuerAt(memoryDesk(), { open: () => Promise.reject(error) });
    const id = await granted(issuer);
    const attempt = issueCredentials(issuer, by(id));
    expect(await codeOf(attempt)).toBe('aws_unavailable');
    await expect(attempt).rejects.toMatchObject({ cause: error });
    const [intent, fact] = (await eventsOf(issuer, id)).slice(2);
    expect(fact).toMatchObject({ type, data: { intent: intent?.eventId, reason: 'AccessDenied' } });
  });

  test('and that cannot be put on record, the ledger is what is unavailable', async () => {
    const desk = memoryDesk();
    const issuer = issuerAt(desk, {
      open: () => {
        desk.ledger.append = () => Promise.reject(unavailable());
        return Promise.reject(new RoleSessionError('unknown', 'timeout'));
      },
    });
    const id = await granted(issuer);
    expect(await codeOf(issueCredentials(issuer, by(id, engineer, patientFor(2))))).toBe('ledger_unavailable');
  });

  test('a mistake of ours stays one, and leaves the intent without an outcome', async () => {
    const bug = new TypeError('a bug');
    const issuer = issuerAt(memoryDesk(), { open: () => Promise.reject(bug) });
    const id = await granted(issuer);
    await expect(issueCredentials(issuer, by(id))).rejects.toBe(bug);
    expect((await typesOf(issuer, id)).at(-1)).toBe('credentials.intended');
  });
});

describe('between the intent and the outcome', () => {
  /** What happens at AWS's side of the call. */
  const meanwhile = async (happens: (desk: MemoryDesk, id: string) => Promise<unknown>) => {
    const desk = memoryDesk();
    let id = '';
    const issuer = issuerAt(desk, { open: async () => (await happens(desk, id), credentials) });
    id = await granted(issuer);
    return { issuer, id, attempt: issueCredentials(issuer, by(id)) };
  };

  test('a revoke withholds what STS opened', async () => {
    const { issuer, id, attempt } = await meanwhile((desk, id) =>
      acted(desk, id, security, { type: 'revoke', reason: 'stop' }),
    );
    expect(await codeOf(attempt)).toBe('revoked');
    const [intent, , fact] = (await eventsOf(issuer, id)).slice(2);
    expect(fact).toMatchObject({
      type: 'credentials.withheld',
      data: { intent: intent?.eventId, accessKeyId: 'ASIAEXAMPLE', reason: 'revoked' },
    });
    expect(await typesOf(issuer, id)).not.toContain('credentials.issued');
  });

  test('the requester’s own end withholds it as well', async () => {
    const { issuer, id, attempt } = await meanwhile((desk, id) => acted(desk, id, engineer, { type: 'end' }));
    expect(await codeOf(attempt)).toBe('grant_over');
    expect((await eventsOf(issuer, id)).at(-1)).toMatchObject({ data: { reason: 'ended' } });
  });

  test('another issue is no reason to withhold', async () => {
    const { issuer, id, attempt } = await meanwhile((desk, id) => issueCredentials(issuerAt(desk), by(id)));
    expect(await attempt).toBe(credentials);
    expect((await typesOf(issuer, id)).slice(2)).toEqual([
      'credentials.intended',
      'credentials.intended',
      'credentials.issued',
      'credentials.issued',
    ]);
  });
});

describe('an outcome is a fact', () => {
  /** An issuer whose ledger does as `append` says from the moment that STS has answered. */
  const withAppend = async (
    append: (desk: MemoryDesk) => MemoryDesk['ledger']['append'],
    read?: () => Promise<never>,
  ) => {
    const desk = memoryDesk();
    const real = { ...desk.ledger };
    const issuer = issuerAt(desk, {
      open: () => {
        desk.ledger.append = append({ ...desk, ledger: real });
        if (read) desk.ledger.read = read;
        return Promise.resolve(credentials);
      },
    });
    return { issuer, real, id: await granted(issuer) };
  };

  test('that cannot be written keeps everything back, and is 503, never a conflict', async () => {
    const lost = await withAppend(() => () => Promise.reject(unavailable()));
    expect(await codeOf(issueCredentials(lost.issuer, by(lost.id, engineer, patientFor(3))))).toBe(
      'ledger_unavailable',
    );
    const crowded = await withAppend(() => () => Promise.resolve('conflict'));
    expect(await codeOf(issueCredentials(crowded.issuer, by(crowded.id, engineer, patientFor(3))))).toBe(
      'ledger_unavailable',
    );
    expect(lost.issuer.clock.pauses).toHaveLength(3);
  });

  test('waits longer from try to try, drawn by chance, and under 80 ms', async () => {
    let conflicts = 6;
    const { issuer, id } = await withAppend(
      (desk) => (event) => ((conflicts -= 1) >= 0 ? Promise.resolve('conflict') : desk.ledger.append(event)),
    );
    await issueCredentials({ ...issuer, chance: { ...issuer.chance, fraction: () => 0.5 } }, by(id));
    expect(issuer.clock.pauses).toEqual([2.5, 5, 10, 20, 40, 40]);
  });

  test('outlasts a ledger that is away for a moment', async () => {
    let failures = 3;
    const { issuer, id } = await withAppend(
      (desk) => (event) => ((failures -= 1) >= 0 ? Promise.reject(unavailable()) : desk.ledger.append(event)),
    );
    expect(await issueCredentials(issuer, by(id))).toBe(credentials);
    expect((await typesOf(issuer, id)).slice(2)).toEqual(['credentials.intended', 'credentials.issued']);
  });

  test('outlasts a ledger that can be neither written nor read for a moment', async () => {
    const { issuer, real, id } = await withAppend(
      () => () => Promise.reject(unavailable()),
      () => {
        Object.assign(issuer.ledger, real);
        return Promise.reject(unavailable());
      },
    );
    expect(await issueCredentials(issuer, by(id))).toBe(credentials);
    expect((await typesOf(issuer, id)).filter((type) => type === 'credentials.issued')).toHaveLength(1);
  });

  test('stands once, also when the answer to the first try was lost', async () => {
    let lost = false;
    const { issuer, id } = await withAppend((desk) => async (event) => {
      const outcome = await desk.ledger.append(event);
      if (lost) return outcome;
      lost = true;
      throw unavailable();
    });
    expect(await issueCredentials(issuer, by(id))).toBe(credentials);
    expect((await typesOf(issuer, id)).slice(2)).toEqual(['credentials.intended', 'credentials.issued']);
  });

  test('whose answer was lost does not let credentials leave that were revoked since', async () => {
    const { issuer, id } = await withAppend((desk) => async (event) => {
      if (event.type !== 'credentials.issued') return desk.ledger.append(event);
      await desk.ledger.append(event);
      await acted(desk, id, security, { type: 'revoke', reason: 'stop' });
      throw unavailable();
    });
    expect(await codeOf(issueCredentials(issuer, by(id)))).toBe('revoked');
  });

  test('is appended to what is known when the ledger suddenly shows nothing', async () => {
    let conflicts = 1;
    const { issuer, real, id } = await withAppend((desk) => (event) => {
      conflicts -= 1;
      return conflicts >= 0 ? Promise.resolve('conflict') : desk.ledger.append(event);
    });
    const read = real.read.bind(real);
    let reads = 0;
    issuer.ledger.read = (stream) => ((reads += 1) > 1 ? Promise.resolve([]) : read(stream));
    expect(await issueCredentials(issuer, by(id))).toBe(credentials);
    expect(await real.read(`request#${id}`)).toHaveLength(4);
  });

  test('that fails for a mistake of ours is not tried again', async () => {
    const bug = new TypeError('a bug');
    const { issuer, id } = await withAppend(() => () => Promise.reject(bug));
    await expect(issueCredentials(issuer, by(id))).rejects.toBe(bug);
    expect(issuer.clock.pauses).toStrictEqual([]);
  });

  test('is timed no earlier than the intent, also when this machine’s clock goes back', async () => {
    const { issuer, id } = await withAppend((desk) => {
      desk.clock.set(noon(-60));
      return (event) => desk.ledger.append(event);
    });
    await issueCredentials(issuer, by(id));
    expect((await eventsOf(issuer, id)).at(-1)?.at).toBe(noon(0));
  });
});

test('revoke racing five issues: whatever left has its outcome on record before the revoke', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      const turns = { on: false };
      const turn = (): Promise<void> => (turns.on ? scheduler.schedule(Promise.resolve()) : Promise.resolve());
      let keys = 0;
      const open = async (): Promise<TemporaryCredentials> => {
        await turn();
        return { ...credentials, accessKeyId: `ASIA${(keys += 1)}` };
      };
      const issuer = issuerAt(memoryDesk({ ledger: memoryLedger(turn) }), { open });
      const id = await granted(issuer);
      turns.on = true;
      const issues = Promise.allSettled(
        Array.from({ length: 5 }, () => issueCredentials(issuer, by(id, engineer, patient))),
      );
      const all = Promise.all([issues, acted(issuer, id, security, { type: 'revoke', reason: 'stop' })]);
      await scheduler.waitFor(all);
      turns.on = false;
      const [outcomes] = await all;
      const events = await eventsOf(issuer, id);
      expect(events.slice(0, 2).map(({ type }) => type)).toEqual(LIFE);
      const revokedAt = events.findIndex(({ type }) => type === 'request.revoked');
      const left = outcomes.flatMap((each) => (each.status === 'fulfilled' ? [each.value.accessKeyId] : []));
      const issuedAt = events.flatMap((each, at) =>
        each.type === 'credentials.issued' ? [{ key: each.data.accessKeyId, at }] : [],
      );
      expect(issuedAt.map(({ key }) => key).toSorted()).toEqual(left.toSorted());
      for (const { at } of issuedAt) expect(at).toBeLessThan(revokedAt);
      for (const each of outcomes)
        if (each.status === 'rejected') expect(each.reason).toMatchObject({ refusal: { code: 'revoked' } });
      const afterwards = events.slice(revokedAt).map(({ type }) => type);
      expect(afterwards).not.toContain('credentials.intended');
    }),
    { numRuns: 60 },
  );
});
