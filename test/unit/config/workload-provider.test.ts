import { describe, expect, test } from '@jest/globals';
import { parseAccess } from '../../../lib/config/access-file.ts';
import { faultsIn, noFiles } from '../../support/access-file.ts';

const OKTA =
  '{ id: okta, type: oidc, issuer: https://idp.example.com, clientId: hatcheck, tokenExchange: { audiences: [cli] } }';
const CI =
  '{ id: ci, type: oidc-workload, issuer: https://ci.example.com, audience: hatcheck, match: { repository: example/app } }';

const parse = (...providers: readonly string[]) =>
  parseAccess(
    `version: 1
identityProviders:
${providers.map((provider) => `  - ${provider}\n`).join('')}accounts:
  prod: { id: '111122223333', region: eu-west-1 }
entitlements:
  deploy:
    role: { account: prod, name: Deploy }
    requesters: { groups: [ci:deployers] }
    approval: auto
    maxDuration: 1h
`,
    noFiles,
  );

const faultsOf = (...providers: readonly string[]): readonly string[] => faultsIn(() => parse(...providers));

const ciWith = (from: string, to: string): string => {
  if (!CI.includes(from)) throw new Error(`the provider has no ${from}`);
  return CI.replace(from, to);
};

describe('a provider of workloads', () => {
  test('is compiled, a single text as a list of one', () => {
    expect(parse(CI).identityProviders).toEqual([
      {
        ...{ id: 'ci', type: 'oidc-workload', issuer: 'https://ci.example.com', audience: 'hatcheck' },
        ...{ match: { repository: ['example/app'] }, groups: [], algorithms: ['RS256', 'ES256'] },
      },
    ]);
  });

  test('gives its workloads groups that entitlements can name', () => {
    const provider = ciWith('example/app }', 'example/app, ref: [main, release] }, groups: [deployers]');
    const { identityProviders, entitlements } = parse(OKTA, provider);
    expect(identityProviders[1]).toMatchObject({
      match: { repository: ['example/app'], ref: ['main', 'release'] },
      groups: ['ci:deployers'],
    });
    expect(entitlements[0]?.requesters.groups).toEqual(['ci:deployers']);
  });

  test.each([
    ['without a match', ciWith(', match: { repository: example/app }', ''), 'match required'],
    ['with an empty match', ciWith('{ repository: example/app }', '{}'), 'match required'],
    ['with a wildcard', ciWith('example/app', 'example/*'), 'match.repository wildcard'],
    ['with a wildcard in a list', ciWith('example/app', '[example/app, "*"]'), 'match.repository[1] wildcard'],
    ['with an empty list', ciWith('example/app', '[]'), 'match.repository out_of_range'],
    ['with a list of lists', ciWith('example/app', '[[example/app]]'), 'match.repository invalid_union'],
    ['with a number', ciWith('example/app', '42'), 'match.repository invalid_union'],
    ['with a text twice', ciWith('example/app', '[a, a]'), 'match.repository invalid_union'],
    ['without an audience', ciWith(' audience: hatcheck,', ''), 'audience required'],
    ['of an issuer without TLS', ciWith('https://', 'http://'), 'issuer invalid_issuer'],
    ['with a client', ciWith(' audience:', ' clientId: x, audience:'), 'clientId unknown_key'],
    ['with a symmetric algorithm', ciWith('app }', 'app }, algorithms: [HS256]'), 'algorithms[0] invalid_value'],
  ])('%s is refused', (_what, provider, fault) => {
    expect(faultsOf(provider)).toEqual([`identityProviders[0].${fault}`]);
  });
});

describe('one issuer for people and workloads', () => {
  const shared = ciWith('https://ci.example.com', 'https://idp.example.com');

  test.each([
    ['the client', shared],
    ['an audience of token exchange', shared.replace('audience: hatcheck', 'audience: cli')],
  ])('is refused with the audience of %s', (_what, provider) => {
    expect(faultsOf(OKTA, provider)).toEqual(['identityProviders[1].audience duplicate']);
  });

  test('is refused whichever comes first', () => {
    expect(faultsOf(shared, OKTA)).toEqual(['identityProviders[1].clientId duplicate']);
  });

  test('is taken with an audience of its own', () => {
    expect(faultsOf(OKTA, shared.replace('audience: hatcheck', 'audience: jobs'))).toStrictEqual([]);
  });

  test('and so are two kinds of workloads of one issuer, each with its own', () => {
    const second = CI.replace('id: ci', 'id: cd');
    expect(faultsOf(CI, second)).toEqual(['identityProviders[1].audience duplicate']);
    expect(faultsOf(CI, second.replace('audience: hatcheck', 'audience: cd'))).toStrictEqual([]);
  });
});
