import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { iamBoundaries } from '../../lib/aws/boundaries.ts';
import { type SessionsEnder, endSessions } from '../../lib/broker/end-sessions.ts';
import type { Principal } from '../../lib/domain/principal.ts';
import type { LocalAws } from '../../local/aws/server.ts';
import { boundedRoles } from '../../local/target-accounts.ts';
import { engineer, entitlement, policy, principal } from '../support/builders.ts';
import { memoryLedger, patient } from '../support/memory.ts';
import { requestIdOf, tell } from '../support/revocations.ts';
import { BROKER, BROKER_ACCOUNT, REGION, clientConfig, codeOf, role, start, world } from '../local/aws/small-world.ts';

const ON_REVOCATION = `arn:aws:iam::${BROKER_ACCOUNT}:role/hatcheck/on-revocation`;
const ISSUER = 'https://issuer.example.com';
/** Nobody need say yes, and an end takes the sessions along. */
const EASY = entitlement({ approval: 'auto', session: { ...entitlement().session, revokeOnEnd: true } });
const ROLE = { roleArn: EASY.roleArn, account: EASY.account, issuer: ISSUER };
const colleague = principal('colleague', ['sre']);

let aws: LocalAws;
let aheadMs = 0;
const time = () => new Date(Date.now() + aheadMs);
beforeAll(async () => {
  const { roles, managedPolicies } = boundedRoles(policy([EASY]), {
    ...{ credentialsRoleArns: [BROKER], onRevocationRoleArns: [ON_REVOCATION], issuer: ISSUER },
  });
  aws = await start({ clock: time, world: { ...world(...roles, role(ON_REVOCATION)), managedPolicies } });
});
afterAll(() => aws.close());

const ledger = memoryLedger();
const everybody: number[] = [];
const crowds: string[] = [];
const end = (requestIds: readonly string[]) => {
  const ender: SessionsEnder = {
    ledger,
    boundaries: iamBoundaries({
      endpoint: aws.endpoint,
      credentials: aws.credentialsFor(ON_REVOCATION, 'on-revocation'),
    }),
    clock: { now: () => time().toISOString(), pause: () => Promise.resolve() },
    overflowed: (_, requests) => void everybody.push(requests),
    crowded: (_, handle) => void crowds.push(handle),
  };
  return endSessions(ender, ROLE, requestIds, patient);
};

/** A session of the role, as it is lent to somebody, and its way to S3. */
const lend = async ({ handle }: Principal, requestId: string): Promise<() => Promise<string>> => {
  const { Credentials: given } = await new STSClient(clientConfig(aws, BROKER, 'session', time())).send(
    new AssumeRoleCommand({
      ...{ RoleArn: ROLE.roleArn, RoleSessionName: 'session', SourceIdentity: handle },
      ExternalId: ROLE.account.externalId,
      Tags: [{ Key: 'hatcheck-request', Value: requestId }],
    }),
  );
  const credentials = {
    accessKeyId: given?.AccessKeyId ?? '',
    secretAccessKey: given?.SecretAccessKey ?? '',
    sessionToken: given?.SessionToken ?? '',
  };
  const client = new S3Client({ endpoint: aws.endpoint, region: REGION, maxAttempts: 1, credentials });
  return () => codeOf(client.send(new ListBucketsCommand({})));
};

const seconds = (ago: number): string => new Date(time().getTime() - ago * 1000).toISOString();

test('one requester asks and ends, again and again, until a boundary is full: nobody else’s sessions end with theirs', async () => {
  const many = Array.from({ length: 300 }, (_, at) => requestIdOf(1000 + at));
  const [stopped, going, own] = [requestIdOf(1), requestIdOf(2), requestIdOf(3)];
  const looked = [many[0], many[149], many[299]].map((id = '') => id);
  const theirs = await Promise.all(looked.map((id) => lend(engineer, id)));
  const [colleagues, others, kept] = await Promise.all([
    lend(colleague, stopped),
    lend(colleague, going),
    lend(engineer, own),
  ]);
  for (const [at, id] of many.entries()) {
    const told = { of: EASY, sessionsAt: [seconds(300)], endedAt: seconds(60) };
    await tell(ledger, id, told);
    // Some at a time, as they come from the queue.
    if (at % 50 === 49) await end(many.slice(at - 49, at + 1));
  }
  await tell(ledger, stopped, { of: EASY, by: colleague, sessionsAt: [seconds(300)], revokedAt: seconds(1) });
  await end([stopped]);
  expect(new Set(await Promise.all(theirs.map((code) => code())))).toEqual(new Set(['AccessDenied']));
  expect([await colleagues(), await others()]).toEqual(['AccessDenied', 'none']);
  expect([everybody, new Set(crowds)]).toEqual([[], new Set([engineer.handle])]);
  // The price is the requester's own: what else they had out of this role they fetch again.
  expect(await kept()).toBe('AccessDenied');
  aheadMs += 2000;
  expect(await (await lend(engineer, own))()).toBe('none');
});

test('a requester who filled their share is revoked by somebody else: that one is denied by its own tag, whatever they opened since', async () => {
  const id = requestIdOf(4);
  const session = await lend(engineer, id);
  expect(await session()).toBe('none');
  await tell(ledger, id, { of: EASY, sessionsAt: [seconds(1)], revokedAt: seconds(0) });
  expect((await end([id])).get(id)).toMatchObject({ by: 'boundary' });
  expect(await session()).toBe('AccessDenied');
});
