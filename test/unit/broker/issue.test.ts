import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { issueCredentials } from '../../../lib/broker/issue.ts';
import { linkIdentities, unlinkIdentity } from '../../../lib/broker/link-identities.ts';
import { RoleSessionError, type TemporaryCredentials } from '../../../lib/broker/ports.ts';
import { HatcheckError } from '../../../lib/domain/errors.ts';
import { eventOf } from '../../../lib/domain/invariant.ts';
import { roleSessionName } from '../../../lib/domain/role-session.ts';
import { approver, engineer, handleOf, noon, outsider, security } from '../../support/builders.ts';
import { type MemoryDesk, memoryDesk, memoryLedger, patient, patientFor, unavailable } from '../../support/memory.ts';
import {
  acted,
  asked,
  by,
  codeOf,
  credentials,
  eventsOf,
  granted,
  issuerAt,
  typesOf,
  unhandledRejections,
} from './story.ts';

const LIFE = ['request.submitted', 'request.approved'];

describe('temporary credentials', () => {
  test('leave with an intent and an outcome in the ledger', async () => {
    const issuer = issuerAt(memoryDesk());
    const id = await granted(issuer);
    issuer.clock.advance(60);
    expect(await issueCredentials(issuer, by(id))).toBe(credentials);
    const [intent, outcome] = (await eventsOf(issuer, id)).slice(2);
    expect(intent).toMatchObject({
      type: 'credentials.intended',
      at: noon(60),
      actor: { handle: engineer.handle },
      data: { purpose: 'credentials', durationSeconds: 3540, endsAt: noon(3600) },
    });
    expect(outcome).toMatchObject({
      type: 'credentials.issued',
      data: { intent: intent?.eventId, accessKeyId: 'ASIAEXAMPLE', expiration: noon(3600) },
    });
  });

  test('are what the intent says: STS is asked for the very session that was written down', async () => {
    const issuer = issuerAt(memoryDesk());
    const id = await granted(issuer, { ticket: 'OPS-1' });
    issuer.clock.advance(60);
    await issueCredentials(issuer, by(id));
    const [order] = issuer.orders;
    const { data } = eventOf('credentials.intended', (await eventsOf(issuer, id))[2]);
    const { roleArn, durationSeconds, endsAt, tags } = data;
    expect(order).toMatchObject({ roleArn, durationSeconds, endsAt, tags, sourceIdentity: engineer.handle });
    expect(order?.tags).toEqual({
      'hatcheck-request': id,
      'hatcheck-entitlement': 'prod-admin',
      'hatcheck-ticket': 'OPS-1',
    });
  });

  test('are attributed by name in CloudTrail and by its hash in the ledger', async () => {
    const issuer = issuerAt(memoryDesk());
    const id = await granted(issuer);
    await issueCredentials(issuer, by(id));
    const name = roleSessionName(engineer);
    expect(issuer.orders[0]?.sessionName).toBe(name);
    const { data } = eventOf('credentials.intended', (await eventsOf(issuer, id))[2]);
    expect(data.sessionNameHash).toBe(createHash('sha256').update(name).digest('base64url'));
    expect(JSON.stringify(await eventsOf(issuer, id))).not.toContain('engineer@example.com');
  });

  test('never leave a secret in the ledger', async () => {
    const issuer = issuerAt(memoryDesk());
    const id = await granted(issuer);
    await issueCredentials(issuer, by(id));
    expect(JSON.stringify(await eventsOf(issuer, id))).not.toMatch(/the secret|the token/);
  });

  test('are never asked for twice under one intent', async () => {
    const issuer = issuerAt(memoryDesk());
    const id = await granted(issuer);
    await Promise.all([issueCredentials(issuer, by(id)), issueCredentials(issuer, by(id))]);
    const intents = (await eventsOf(issuer, id)).filter(({ type }) => type === 'credentials.intended');
    expect([issuer.orders.length, intents.length]).toEqual([2, 2]);
  });
});

describe('nothing leaves and STS is not called', () => {
  const untouched = async (issuer: ReturnType<typeof issuerAt>, attempt: Promise<unknown>): Promise<string> => {
    const code = await codeOf(attempt);
    expect(issuer.orders).toEqual([]);
    return code;
  };

  test('when a rule is against it, and the refusal is on record, apart', async () => {
    const issuer = issuerAt(memoryDesk());
    const id = await asked(issuer);
    expect(await untouched(issuer, issueCredentials(issuer, by(id)))).toBe('not_approved');
    expect(await typesOf(issuer, id)).toEqual(['request.submitted']);
    expect(await issuer.ledger.read(`refusals#${id}`)).toMatchObject([
      {
        type: 'credentials.refused',
        actor: { handle: engineer.handle },
        data: { requestId: id, purpose: 'credentials', code: 'not_approved' },
      },
    ]);
  });

  test('to a stranger, for whom the request does not exist, and no refusal is written', async () => {
    const issuer = issuerAt(memoryDesk());
    const id = await granted(issuer);
    expect(await untouched(issuer, issueCredentials(issuer, by(id, outsider)))).toBe('not_found');
    expect(await issuer.ledger.read(`refusals#${id}`)).toEqual([]);
  });

  test('when the intent cannot be written', async () => {
    const issuer = issuerAt(memoryDesk());
    const id = await granted(issuer);
    const down = { ...issuer, ledger: { ...issuer.ledger, append: () => Promise.reject(unavailable()) } };
    expect(await untouched(issuer, issueCredentials(down, by(id)))).toBe('ledger_unavailable');
  });

  test('when the request cannot be read', async () => {
    const issuer = issuerAt(memoryDesk());
    const id = await granted(issuer);
    const down = { ...issuer, ledger: { ...issuer.ledger, read: () => Promise.reject(unavailable()) } };
    expect(await untouched(issuer, issueCredentials(down, by(id)))).toBe('ledger_unavailable');
  });

  test('attack: a stream that was altered in the table opens nothing', async () => {
    const issuer = issuerAt(memoryDesk());
    const id = await granted(issuer);
    issuer.ledger.alter(`request#${id}`, 0, (canonical) =>
      canonical.replace('"durationSeconds":3600', '"durationSeconds":9999'),
    );
    expect(await untouched(issuer, issueCredentials(issuer, by(id)))).toBe('ledger_unavailable');
  });

  test('when the caller is not signed in: that is what they learn, not how the ledger is', async () => {
    const issuer = issuerAt(memoryDesk());
    const down = { ...issuer, ledger: { ...issuer.ledger, read: () => Promise.reject(unavailable()) } };
    const unhandled = unhandledRejections();
    const caller = Promise.reject(new HatcheckError({ code: 'session_expired', reason: 'as the test says' }));
    const attempt = issueCredentials(down, { ...by('r_1'), caller });
    expect(await untouched(issuer, attempt)).toBe('session_expired');
    expect(await unhandled()).toEqual([]);
  });

  test('the request is read while the caller is still being looked up', async () => {
    const issuer = issuerAt(memoryDesk());
    const id = await granted(issuer);
    const order: string[] = [];
    const ledger = { ...issuer.ledger, read: (stream: string) => (order.push('read'), issuer.ledger.read(stream)) };
    const caller = Promise.resolve().then(() => (order.push('caller'), engineer));
    await issueCredentials({ ...issuer, ledger }, { ...by(id), caller, claimed: engineer.handle });
    expect(order).toEqual(['read', 'caller']);
  });

  test('attack: whoever claims another handle is judged by their own stream', async () => {
    const issuer = issuerAt(memoryDesk());
    const id = await granted(issuer);
    await linkIdentities(issuer, { principal: engineer, other: approver.handle, patience: patient });
    const attempt = issueCredentials(issuer, { ...by(id), claimed: handleOf('somebody else') });
    expect(await codeOf(attempt)).toBe('self_approval');
  });

  test('attack: an approver who turns out to be the requester, linked only afterwards', async () => {
    const issuer = issuerAt(memoryDesk());
    const id = await granted(issuer);
    await linkIdentities(issuer, { principal: approver, other: engineer.handle, patience: patient });
    expect(await codeOf(issueCredentials(issuer, by(id)))).toBe('self_approval');
    await unlinkIdentity(issuer, { principal: approver, removed: engineer.handle, patience: patient });
    expect(await codeOf(issueCredentials(issuer, by(id)))).toBe('self_approval');
  });
});

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
    expect(issuer.clock.pauses).toEqual([]);
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

test('an approver never gets what the requester asked for', async () => {
  const issuer = issuerAt(memoryDesk());
  const id = await granted(issuer);
  expect(await codeOf(issueCredentials(issuer, by(id, approver)))).toBe('not_the_requester');
  expect(await issuer.ledger.read(`refusals#${id}`)).toHaveLength(1);
});
