import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { issueCredentials } from '../../../lib/broker/issue.ts';
import { linkIdentities, unlinkIdentity } from '../../../lib/broker/link-identities.ts';
import { HatcheckError } from '../../../lib/domain/errors.ts';
import { eventOf } from '../../../lib/domain/invariant.ts';
import { roleSessionName } from '../../../lib/domain/role-session.ts';
import { approver, engineer, handleOf, noon, outsider } from '../../support/builders.ts';
import { memoryDesk, patient, unavailable } from '../../support/memory.ts';
import { asked, by, codeOf, credentials, eventsOf, granted, issuerAt, typesOf, unhandledRejections } from './story.ts';

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

describe('asked for once', () => {
  const once = 'the form';

  test('leave once, though the same is asked again and again', async () => {
    const issuer = issuerAt(memoryDesk());
    const id = await granted(issuer);
    expect(await issueCredentials(issuer, { ...by(id), once })).toBe(credentials);
    const again = await Promise.allSettled([1, 2].map(() => issueCredentials(issuer, { ...by(id), once })));
    expect(again).toMatchObject([1, 2].map(() => ({ status: 'rejected', reason: { code: 'already_decided' } })));
    expect(issuer.orders).toHaveLength(1);
    expect((await typesOf(issuer, id)).slice(2)).toEqual(['credentials.intended', 'credentials.issued']);
  });

  test('leave again for another form, and to one who does not say which', async () => {
    const issuer = issuerAt(memoryDesk());
    const id = await granted(issuer);
    await issueCredentials(issuer, { ...by(id), once });
    await issueCredentials(issuer, { ...by(id), once: 'another form' });
    await issueCredentials(issuer, by(id));
    expect(issuer.orders).toHaveLength(3);
  });

  test('at the same moment leave to one of two', async () => {
    const issuer = issuerAt(memoryDesk());
    const id = await granted(issuer);
    const both = await Promise.allSettled([1, 2].map(() => issueCredentials(issuer, { ...by(id), once })));
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(issuer.orders).toHaveLength(1);
  });
});

describe('nothing leaves and STS is not called', () => {
  const untouched = async (issuer: ReturnType<typeof issuerAt>, attempt: Promise<unknown>): Promise<string> => {
    const code = await codeOf(attempt);
    expect(issuer.orders).toStrictEqual([]);
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
    expect(await issuer.ledger.read(`refusals#${id}`)).toStrictEqual([]);
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
    expect(await unhandled()).toStrictEqual([]);
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

test('an approver never gets what the requester asked for', async () => {
  const issuer = issuerAt(memoryDesk());
  const id = await granted(issuer);
  expect(await codeOf(issueCredentials(issuer, by(id, approver)))).toBe('not_the_requester');
  expect(await issuer.ledger.read(`refusals#${id}`)).toHaveLength(1);
});
