import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { type CompiledAccess, accessPolicy } from '../../../lib/config/access.ts';
import { AccessFileError } from '../../../lib/config/access-fault.ts';
import { loadAccessFile, parseAccess } from '../../../lib/config/access-file.ts';
import { sessionPolicy } from '../../../lib/domain/role-session.ts';
import { laptopPolicy, usualProviders } from '../../support/laptop.ts';

const noFiles = {
  baseDir: '/access',
  readFile: (): string => {
    throw new Error('no such file');
  },
};

const entitlementOf = (access: CompiledAccess, id: string) => accessPolicy(access).policy.entitlements.get(id);

describe('the files that come with the project', () => {
  test('access.example.yml compiles', () => {
    const { policy } = loadAccessFile('access.example.yml');
    expect(policy.entitlements.map(({ id }) => id)).toEqual(['prod-read', 'deploy', 'prod-admin', 'payments-admin']);
    expect(entitlementOf(policy, 'prod-admin')).toMatchObject({
      roleArn: 'arn:aws:iam::111122223333:role/hatcheck/Admin',
      roleMaxSessionSeconds: 3600,
      requesters: { groups: ['okta:sre'] },
      approval: { stages: [{ from: { groups: ['okta:sre-leads'] }, count: 1 }], withinSeconds: 1800 },
      maxDurationSeconds: 3600,
      justification: { minLength: 20 },
      requires: { mfa: true, authenticatedWithinSeconds: 900, sameDevice: true },
      limits: { issuesPerHour: 12 },
    });
    expect(entitlementOf(policy, 'payments-admin')?.session).toEqual({
      via: 'assumeRole',
      maxSeconds: 900,
      tail: 'refuse',
      chaining: false,
      denies: [],
      revokeOnEnd: true,
    });
  });

  test('the policy of the laptop compiles, its groups those of both providers', () => {
    const policy = laptopPolicy(usualProviders);
    expect(policy.identityProviders).toMatchObject([
      {
        id: 'local-oidc',
        type: 'oidc',
        issuer: 'http://127.0.0.1:3001',
        clientId: 'hatcheck',
        clientSecret: 'env:LOCAL_OIDC_SECRET',
        groupsClaim: 'groups',
        tokenExchangeAudiences: [],
        algorithms: ['RS256', 'ES256'],
      },
      { id: 'local-saml', type: 'saml', issuer: 'http://127.0.0.1:3004/metadata', groupsAttribute: 'groups' },
    ]);
    expect(policy.auditors.groups).toEqual(['local-oidc:auditors', 'local-saml:auditors']);
    expect(entitlementOf(policy, 'prod-admin')).toMatchObject({
      requesters: { groups: ['local-oidc:sre', 'local-saml:sre'] },
      ticket: { pattern: '^OPS-[0-9]+$', required: true },
      revokers: { groups: ['local-oidc:security', 'local-saml:security'] },
    });
  });

  test('a file that is not there is an error of the file system, by its name', () => {
    expect(() => loadAccessFile('no-such-access.yml')).toThrow(/no-such-access\.yml/);
  });

  test('a policy file is found beside the access file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'hatcheck-'));
    try {
      const deny = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', NotAction: ['s3:*'], Resource: ['*'] }] };
      writeFileSync(join(folder, 'only-s3.json'), JSON.stringify(deny));
      writeFileSync(
        join(folder, 'access.yml'),
        fileText({ read: { ...LEAST, session: { policy: './only-s3.json' } } }),
      );
      const { policy } = loadAccessFile(join(folder, 'access.yml'));
      expect(entitlementOf(policy, 'read')?.session.denies).toEqual(deny.Statement);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

const LEAST = {
  role: { account: 'prod', name: 'ReadOnly' },
  requesters: { groups: ['engineering'] },
  approval: 'auto',
  maxDuration: '1h',
};

const fileText = (entitlements: object, more: object = {}): string =>
  stringify({
    version: 1,
    identityProviders: [{ id: 'okta', type: 'oidc', issuer: 'https://idp.example.com', clientId: 'hatcheck' }],
    accounts: { prod: { id: '111122223333', region: 'eu-west-1' } },
    entitlements,
    ...more,
  });

test('every default is the safe one, and written out', () => {
  expect(entitlementOf(parseAccess(fileText({ read: LEAST }), noFiles), 'read')).toEqual({
    id: 'read',
    title: 'read',
    account: { id: '111122223333', name: 'prod', partition: 'aws', region: 'eu-west-1' },
    roleArn: 'arn:aws:iam::111122223333:role/hatcheck/ReadOnly',
    roleMaxSessionSeconds: 3600,
    requesters: { groups: ['okta:engineering'] },
    approval: 'auto',
    maxDurationSeconds: 3600,
    justification: { minLength: 10 },
    requires: { mfa: false },
    groupsMaxAgeSeconds: 14_400,
    session: { via: 'assumeRole', maxSeconds: 3600, tail: 'deny', chaining: false, denies: [] },
    revokers: { groups: [] },
    limits: { issuesPerHour: 60 },
  });
});

test('what a role can do is kept where it is said', () => {
  const text = fileText({ read: { ...LEAST, description: 'Sees everything.' } });
  expect(entitlementOf(parseAccess(text, noFiles), 'read')?.description).toBe('Sees everything.');
});

test('every account is kept, also one of which nothing is lent, and one under two names for two regions', () => {
  const accounts = {
    prod: { id: '111122223333', region: 'eu-west-1', externalId: 'abc' },
    far: { id: '111122223333', region: 'us-east-1', externalId: 'abc' },
    spare: { id: '444455556666', region: 'eu-west-1' },
  };
  expect(parseAccess(fileText({ read: LEAST }, { accounts }), noFiles).accounts).toEqual(
    Object.entries(accounts).map(([name, each]) => ({ name, partition: 'aws', ...each })),
  );
});

test('nobody is an auditor unless the file says so', () => {
  expect(parseAccess(fileText({}), noFiles).auditors).toEqual({ groups: [] });
});

test('twenty open requests and no delegation, unless the file says otherwise', () => {
  const { limits, delegation } = parseAccess(fileText({}), noFiles);
  expect([limits, delegation]).toEqual([{ openRequests: 20 }, undefined]);
});

test('delegation is for two weeks, unless the file says otherwise, and for the groups that it names', () => {
  const delegationOf = (delegation: object) => parseAccess(fileText({}, { delegation }), noFiles).delegation;
  expect(delegationOf({})).toEqual({ maxSeconds: 14 * 86_400 });
  expect(delegationOf({ maxDuration: '2d', groups: ['okta:leads'] })).toEqual({
    maxSeconds: 2 * 86_400,
    groups: ['okta:leads'],
  });
});

test('a partition is part of the role ARN', () => {
  const accounts = { prod: { id: '111122223333', partition: 'aws-cn', region: 'cn-north-1' } };
  const access = parseAccess(
    fileText({ read: { ...LEAST, role: { account: 'prod', path: '/', name: 'A' } } }, { accounts }),
    noFiles,
  );
  expect(entitlementOf(access, 'read')?.roleArn).toBe('arn:aws-cn:iam::111122223333:role/A');
});

test('a group whose own name has a colon is written with its prefix', () => {
  const access = parseAccess(fileText({ read: { ...LEAST, requesters: { groups: ['okta:team:sre'] } } }), noFiles);
  expect(entitlementOf(access, 'read')?.requesters.groups).toEqual(['okta:team:sre']);
});

test('audiences of token exchange, and offline access, are taken', () => {
  const identityProviders = [
    {
      id: 'okta',
      type: 'oidc',
      issuer: 'https://idp.example.com',
      clientId: 'hatcheck',
      tokenExchange: { audiences: ['hatcheck-cli'] },
      offlineAccess: true,
    },
  ];
  const access = parseAccess(fileText({}, { identityProviders, console: {} }), noFiles);
  expect(access.identityProviders[0]).toMatchObject({ tokenExchangeAudiences: ['hatcheck-cli'], offlineAccess: true });
});

const duration = (minutes: { min: number; max: number }) =>
  fc.oneof(
    fc.integer(minutes).map((count) => `${count}m`),
    fc.integer({ min: minutes.min * 60, max: minutes.max * 60 }).map((count) => `${count}s`),
  );
const groups = fc.record({
  groups: fc.uniqueArray(fc.stringMatching(/^[a-z][a-z-]{0,20}$/), { minLength: 1, maxLength: 4 }),
});
const optional = (members: Readonly<Record<string, fc.Arbitrary<unknown>>>) => fc.record(members, { requiredKeys: [] });

/** Entitlements within every bound, some of the optional members left out; a few bounds are crossed on purpose. */
const entitlementText = fc
  .tuple(
    fc.record({
      role: fc.record({
        account: fc.constantFrom('prod', 'prod', 'prod', 'staging'),
        name: fc.stringMatching(/^[A-Za-z0-9_+=,.@-]{1,64}$/),
      }),
      requesters: groups,
      approval: fc.oneof(
        fc.constant('auto'),
        fc.record({
          stages: fc.array(fc.record({ from: groups, count: fc.integer({ min: 1, max: 11 }) }), {
            minLength: 1,
            maxLength: 3,
          }),
          within: duration({ min: 1, max: 600 }),
        }),
      ),
      maxDuration: duration({ min: 1, max: 721 }),
    }),
    optional({
      title: fc.string({ unit: 'grapheme' }),
      justification: optional({ minLength: fc.integer({ min: 1, max: 2000 }) }),
      ticket: fc.record({ pattern: fc.constantFrom('^OPS-[0-9]+$', '^(A|B)$', 'A'), required: fc.boolean() }),
      requires: optional({
        mfa: fc.boolean(),
        authenticatedWithin: duration({ min: 1, max: 60 }),
        sameDevice: fc.boolean(),
      }),
      groupsMaxAge: duration({ min: 5, max: 60 }),
      session: optional({
        max: duration({ min: 15, max: 60 }),
        tail: fc.constantFrom('deny', 'refuse'),
        chaining: fc.boolean(),
        revokeOnEnd: fc.boolean(),
      }),
      revokers: groups,
    }),
  )
  .map(([required, rest]) => ({ ...required, ...rest }));

test('whatever is accepted survives JSON and revival unchanged, and STS takes its session policy', () => {
  let accepted = 0;
  fc.assert(
    fc.property(
      fc.dictionary(fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/), entitlementText, { maxKeys: 4 }),
      (texts) => {
        const access = acceptedOrFaults(fileText(texts));
        if (!access) return;
        accepted += 1;
        const revived = accessPolicy(JSON.parse(JSON.stringify(access)) as CompiledAccess);
        expect([...revived.policy.entitlements.keys()].toSorted()).toEqual(Object.keys(texts).toSorted());
        const { entitlements, ...rules } = revived.policy;
        expect({
          ...rules,
          entitlements: [...entitlements.values()],
          identityProviders: revived.identityProviders,
          outside: revived.outside,
        }).toEqual(access);
        for (const entitlement of access.entitlements)
          expect(JSON.stringify(sessionPolicy(entitlement, '2026-11-22T12:34:56.000Z')).length).toBeLessThanOrEqual(
            2048,
          );
      },
    ),
    { numRuns: 200 },
  );
  expect(accepted).toBeGreaterThan(20);
});

test('whatever else is in the file, it is accepted or it has faults, each within the file', () => {
  const soup = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.json(),
    fc
      .object({ key: fc.constantFrom('version', 'accounts', 'entitlements', 'identityProviders', 'read', '__proto__') })
      .map((o) => stringify(o)),
  );
  fc.assert(
    fc.property(soup, (text) => {
      acceptedOrFaults(text);
    }),
    { numRuns: 300 },
  );
});

/** What was accepted, or undefined once its faults were seen to be ones. */
const acceptedOrFaults = (text: string): CompiledAccess | undefined => {
  try {
    return parseAccess(text, noFiles);
  } catch (error) {
    if (!(error instanceof AccessFileError)) throw error;
    const lines = text.split('\n').length;
    expect(error.faults.length).toBeGreaterThan(0);
    for (const fault of error.faults) {
      expect(fault.line).toBeGreaterThanOrEqual(1);
      expect(fault.line).toBeLessThanOrEqual(lines);
    }
    return undefined;
  }
};
