import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  CreatePolicyVersionCommand,
  DeletePolicyVersionCommand,
  DeleteRolePermissionsBoundaryCommand,
  GetPolicyCommand,
  GetRoleCommand,
  IAMClient,
  PutRolePermissionsBoundaryCommand,
  SetDefaultPolicyVersionCommand,
} from '@aws-sdk/client-iam';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { parsePolicy } from '../../local/aws/policy/document.ts';
import { evaluate } from '../../local/aws/policy/evaluate.ts';
import type { LocalAws } from '../../local/aws/server.ts';
import { iamBoundaries } from '../../lib/aws/boundaries.ts';
import { endSessions } from '../../lib/broker/end-sessions.ts';
import { ALLOW_EVERYTHING, LENT_TAG, boundaryArn, boundaryDocument, revokerArn } from '../../lib/domain/boundary.ts';
import { orderRoleSession } from '../../lib/domain/role-session.ts';
import { nextSecond } from '../../lib/domain/sessions-out.ts';
import { engineer, entitlement, noon, request, submitted } from '../support/builders.ts';
import { memoryClock, memoryLedger, patient } from '../support/memory.ts';
import { requestIdOf, tell } from '../support/revocations.ts';
import {
  BROKER,
  BROKER_ACCOUNT,
  REGION,
  TARGET,
  TARGET_ACCOUNT,
  clientConfig,
  codeOf,
  policy,
  role,
  start,
  trust,
  world,
} from '../local/aws/small-world.ts';

const ON_REVOCATION = `arn:aws:iam::${BROKER_ACCOUNT}:role/hatcheck/on-revocation`;
const SECOND = `arn:aws:iam::${TARGET_ACCOUNT}:role/second`;
/** Lent too, under a path that is not ours. */
const OTHER = `arn:aws:iam::${TARGET_ACCOUNT}:role/apps/Payments`;
const ACCOUNT = { ...entitlement().account, id: TARGET_ACCOUNT, externalId: '5f0c9a1e' };
const chaining = entitlement({
  account: ACCOUNT,
  roleArn: TARGET,
  session: { ...entitlement().session, chaining: true },
});
const ISSUER = 'https://sts.example.com';
const ROLE = { roleArn: TARGET, account: ACCOUNT, issuer: ISSUER };
const BOUNDARY = boundaryArn(ROLE);
const REVOKER = revokerArn(ROLE);

/** As an account would have them made. */
const revoker = role(REVOKER, {
  trustPolicy: policy({
    Effect: 'Allow',
    Principal: { AWS: ON_REVOCATION },
    Action: 'sts:AssumeRole',
    Condition: { StringEquals: { 'sts:ExternalId': ACCOUNT.externalId } },
  }),
  policies: [
    policy(
      {
        Effect: 'Allow',
        Action: ['iam:GetPolicy', 'iam:ListPolicyVersions', 'iam:*PolicyVersion'],
        Resource: `arn:aws:iam::${TARGET_ACCOUNT}:policy/hatcheck/*-boundary`,
      },
      { Effect: 'Allow', Action: 'iam:GetRole', Resource: '*' },
    ),
  ],
});
const onRevocation = role(ON_REVOCATION, {
  policies: [
    policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: 'arn:aws:iam::*:role/hatcheck/hatcheck-revoker' }),
  ],
});
const empty = boundaryDocument(ROLE, [ALLOW_EVERYTHING], { requestIds: [] });

let aws: LocalAws;
beforeAll(async () => {
  const bounded = role(TARGET, { boundary: BOUNDARY });
  const second = role(SECOND, { boundary: BOUNDARY, trustPolicy: trust(TARGET) });
  const other = role(OTHER, { boundary: boundaryArn({ roleArn: OTHER }), tags: { [LENT_TAG]: 'payments' } });
  const managedPolicies = {
    [BOUNDARY]: { ...empty },
    [boundaryArn({ roleArn: OTHER })]: { ...empty },
    [`arn:aws:iam::${TARGET_ACCOUNT}:policy/all`]: { ...empty },
  };
  aws = await start({ world: { ...world(bounded, second, other, revoker, onRevocation), managedPolicies } });
});
afterAll(() => aws.close());

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

const assume = async (client: STSClient, input: ConstructorParameters<typeof AssumeRoleCommand>[0]) => {
  const { Credentials: found } = await client.send(new AssumeRoleCommand(input));
  return {
    accessKeyId: found?.AccessKeyId ?? '',
    secretAccessKey: found?.SecretAccessKey ?? '',
    sessionToken: found?.SessionToken ?? '',
  };
};

/** A session as Hatcheck opens it, tags, session policy and all. */
const lend = (requestId: string, of = chaining): Promise<Credentials> => {
  const now = new Date();
  const endsAt = new Date(now.getTime() + 3_600_000).toISOString();
  const asked = request(submitted({ requestId }, { of }));
  const order = orderRoleSession(asked, of, engineer, { now: now.toISOString(), endsAt });
  const tags = Object.entries(order.tags).map(([Key, Value]) => ({ Key, Value }));
  return assume(new STSClient(clientConfig(aws, BROKER)), {
    ...{ RoleArn: TARGET, RoleSessionName: order.sessionName, SourceIdentity: order.sourceIdentity, Tags: tags },
    ...(order.transitive ? { TransitiveTagKeys: tags.map(({ Key }) => Key) } : {}),
    Policy: JSON.stringify(order.policy),
  });
};

const configOf = (credentials: Credentials) => ({
  endpoint: aws.endpoint,
  region: REGION,
  maxAttempts: 1,
  credentials,
});
const s3CodeOf = (credentials: Credentials) =>
  codeOf(new S3Client(configOf(credentials)).send(new ListBucketsCommand({})));
const chain = (credentials: Credentials) =>
  assume(new STSClient(configOf(credentials)), { RoleArn: SECOND, RoleSessionName: 'chained' });

const ledger = memoryLedger();
const revoke = async (...ids: readonly string[]) => {
  for (const id of ids) await tell(ledger, id, { of: chaining, revokedAt: noon(60) });
  return end(ids);
};
const end = (ids: readonly string[]) =>
  endSessions(
    {
      ledger,
      boundaries: iamBoundaries({
        endpoint: aws.endpoint,
        credentials: aws.credentialsFor(ON_REVOCATION, 'on-revocation'),
      }),
      clock: memoryClock(noon(61)),
      overflowed: () => {
        throw new TypeError('there is room');
      },
      crowded: () => {
        throw new TypeError('there is room');
      },
    },
    ROLE,
    ids,
    patient,
  );

describe('sessions that are out', () => {
  test('revoking one of two people on the same role stops exactly that one, also where it had chained away', async () => {
    const [one, two] = [await lend(requestIdOf(1)), await lend(requestIdOf(2))];
    const [oneChained, twoChained] = [await chain(one), await chain(two)];
    const codes = () => Promise.all([one, oneChained, two, twoChained].map(s3CodeOf));
    expect(await codes()).toEqual(['none', 'none', 'none', 'none']);
    expect((await revoke(requestIdOf(1))).get(requestIdOf(1))).toMatchObject({ by: 'boundary' });
    expect(await codes()).toEqual(['AccessDenied', 'AccessDenied', 'none', 'none']);
    expect(await codeOf(chain(one))).toBe('AccessDenied');
  });

  test('a requester ends their grant to keep its sessions from being revoked', async () => {
    const [kept, id] = [requestIdOf(400), requestIdOf(401)];
    const sessions = [await lend(kept), await lend(id)];
    await tell(ledger, kept, { of: chaining, endedAt: noon(30) });
    await tell(ledger, id, { of: chaining, endedAt: noon(30), revokedAt: noon(60) });
    const outcomes = await end([kept, id]);
    expect([kept, id].map((each) => outcomes.has(each))).toEqual([false, true]);
    expect(await Promise.all(sessions.map(s3CodeOf))).toEqual(['none', 'AccessDenied']);
  });

  test('fifty revocations at once on one role all take effect, those of before too, and nobody else is hit', async () => {
    const ids = Array.from({ length: 50 }, (_, i) => requestIdOf(100 + i));
    const sessions = await Promise.all(ids.map((id) => lend(id)));
    const [before, other] = [await lend(requestIdOf(1)), await lend(requestIdOf(3))];
    await revoke(...ids);
    expect(new Set(await Promise.all(sessions.map(s3CodeOf)))).toEqual(new Set(['AccessDenied']));
    expect([await s3CodeOf(before), await s3CodeOf(other)]).toEqual(['AccessDenied', 'none']);
  });

  test('a sixth version and more: the oldest make room', async () => {
    for (let i = 0; i < 7; i += 1) await revoke(requestIdOf(200 + i));
    expect(await s3CodeOf(await lend(requestIdOf(206)))).toBe('AccessDenied');
  });

  test('a role that does not carry its boundary is an error: the deny would hit nobody', async () => {
    aws.addRole(role(TARGET));
    await expect(revoke(requestIdOf(300))).rejects.toMatchObject({ code: 'aws_unavailable' });
    aws.addRole(role(TARGET, { boundary: BOUNDARY }));
    await revoke(requestIdOf(300));
  });

  test.each([
    [
      'with the ExternalId of another account',
      { ...ROLE, account: { ...ACCOUNT, externalId: 'another' } },
      ON_REVOCATION,
    ],
    ['that is another function', ROLE, BROKER],
  ])('the revoker role lets nobody in %s', async (_, target, caller) => {
    const boundaries = iamBoundaries({ endpoint: aws.endpoint, credentials: aws.credentialsFor(caller, 'session') });
    await expect(boundaries.read(target)).rejects.toMatchObject({
      code: 'aws_unavailable',
      cause: { name: 'AccessDenied' },
    });
  });
});

describe('where the single denies are too many', () => {
  const document = boundaryDocument(ROLE, [ALLOW_EVERYTHING], { requestIds: [], issuedBefore: nextSecond(noon(61.5)) });
  const boundary = parsePolicy(document, 'boundary', 'boundary');

  test.each([
    ['before', noon(60), false],
    ['in the very second', noon(61), false],
    ['afterwards', noon(62), true],
  ])('a session that was opened %s: whoever it is of', (_, issuedAt, allowed) => {
    const caller = { kind: 'role', account: TARGET_ACCOUNT, roleArn: TARGET, sessionArn: `${TARGET}/s` } as const;
    const asked = { caller, action: 's3:GetObject', resource: 'arn:aws:s3:::reports/x' };
    const context = new Map([['aws:tokenissuetime', [issuedAt]]]);
    const identity = [parsePolicy(policy(ALLOW_EVERYTHING), 'identity', 'administrator')];
    expect(evaluate({ ...asked, context }, { identity, boundary }).allowed).toBe(allowed);
  });
});

describe("an administrator's session of ours cannot undo Hatcheck", () => {
  /** One with its session policy, and one that chained away from it and has the boundary alone. */
  const administrators = async () => {
    const direct = await lend(requestIdOf(2));
    return [direct, await chain(direct)].map((credentials) => new IAMClient(configOf(credentials)));
  };
  const all = `arn:aws:iam::${TARGET_ACCOUNT}:policy/all`;

  test.each<[string, (client: IAMClient) => Promise<unknown>]>([
    [
      'write a version of its boundary',
      (client) =>
        client.send(
          new CreatePolicyVersionCommand({
            ...{ PolicyArn: BOUNDARY, SetAsDefault: true },
            PolicyDocument: JSON.stringify(policy(ALLOW_EVERYTHING)),
          }),
        ),
    ],
    [
      'go back to an earlier version',
      (client) => client.send(new SetDefaultPolicyVersionCommand({ PolicyArn: BOUNDARY, VersionId: 'v1' })),
    ],
    [
      'delete a version',
      (client) => client.send(new DeletePolicyVersionCommand({ PolicyArn: BOUNDARY, VersionId: 'v1' })),
    ],
    ['take its boundary off', (client) => client.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: 'Admin' }))],
    [
      'take the boundary off the role that it chained to',
      (client) => client.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: 'second' })),
    ],
    [
      'exchange its boundary',
      (client) => client.send(new PutRolePermissionsBoundaryCommand({ RoleName: 'Admin', PermissionsBoundary: all })),
    ],
    [
      'exchange the boundary of the role that it chained to',
      (client) => client.send(new PutRolePermissionsBoundaryCommand({ RoleName: 'second', PermissionsBoundary: all })),
    ],
    [
      'give another role that is lent its own boundary, on which nobody writes that one’s denies',
      (client) =>
        client.send(new PutRolePermissionsBoundaryCommand({ RoleName: 'Payments', PermissionsBoundary: BOUNDARY })),
    ],
    [
      'take the boundary off another role that is lent',
      (client) => client.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: 'Payments' })),
    ],
    ['look into another role that is lent', (client) => client.send(new GetRoleCommand({ RoleName: 'Payments' }))],
  ])('nor %s', async (_, act) => {
    for (const administrator of await administrators()) {
      expect(await codeOf(act(administrator))).toBe('AccessDenied');
    }
  });

  test('an administrator it is all the same: other policies it reads', async () => {
    const [direct] = await administrators();
    expect(await codeOf(Promise.resolve(direct?.send(new GetPolicyCommand({ PolicyArn: all }))))).toBe('none');
  });
});
