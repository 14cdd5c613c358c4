import { createHash, randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { GrantParts } from '../../../../lib/identity/oauth/grant-parts.ts';
import { type GrantForm, redeemAuthorizationCode, rotateRefreshToken } from '../../../../lib/identity/oauth/grants.ts';
import { issueCode } from '../../../../lib/identity/oauth/issue-code.ts';
import { holderOf } from '../../../../lib/identity/oauth/upstream.ts';
import { provider } from '../../../attack/id-token/verifying.ts';
import { engineer, noon } from '../../../support/builders.ts';
import { type MemoryIdentity, codeOf, memoryIdentity } from '../memory.ts';

const REDIRECT = 'http://127.0.0.1:49152/callback';
const VERIFIER = 'v'.repeat(43);
const erin = { ...engineer, issuer: provider.issuer };

let identity: MemoryIdentity;
let parts: GrantParts;

beforeEach(() => {
  identity = memoryIdentity([provider]);
  const chance = { ...identity.chance, token: (bytes: number) => randomBytes(bytes).toString('base64url') };
  parts = { ...identity, chance, warn: () => undefined };
});

const issued = (verifier = VERIFIER): Promise<string> => {
  const codeChallenge = createHash('sha256').update(verifier).digest('base64url');
  const browser = holderOf(`${erin.handle}.of a browser`);
  return issueCode(
    parts,
    { redirectUri: REDIRECT, codeChallenge, state: '' },
    { principal: erin, createdAt: noon(0), expiresAt: noon(9000) },
    browser,
  );
};

const formOf = (code: string, more: GrantForm = {}): GrantForm => ({
  ...{ client_id: 'hatcheck-cli', code, code_verifier: VERIFIER, redirect_uri: REDIRECT },
  ...more,
});

const redeem = async (more: GrantForm = {}): Promise<string> =>
  codeOf(redeemAuthorizationCode(parts, formOf(await issued(), more)));

const eventsOf = (type: string) =>
  identity.stored.events.map(({ event }) => event).filter((event) => event.type === type);

describe('a code', () => {
  test('is redeemed for tokens of fifteen minutes, and it is on record how', async () => {
    const answer = await redeemAuthorizationCode(parts, formOf(await issued()));
    expect(answer).toEqual({
      ...{ token_type: 'Bearer', expires_in: 900 },
      access_token: expect.stringMatching(/^p_[\w-]{43}\.[\w-]{43}$/),
      refresh_token: expect.stringMatching(/^p_[\w-]{43}\.[\w-]{43}$/),
    });
    expect(eventsOf('signin.succeeded')).toMatchObject([
      {
        actor: { kind: 'person', handle: erin.handle },
        data: { provider: provider.id, method: 'authorization_code', methods: erin.methods },
      },
    ]);
  });

  test.each<[string, GrantForm, string]>([
    ['another client', { client_id: 'another' }, 'invalid_client'],
    ['a scope', { scope: 'openid' }, 'invalid_scope'],
    ['another address', { redirect_uri: `${REDIRECT}/` }, 'invalid_grant'],
    ['another verifier', { code_verifier: 'w'.repeat(43) }, 'invalid_grant'],
    ['no code that is one', { code: 'a code' }, 'invalid_grant'],
    ['a code of somebody', { code: 'c'.repeat(43) }, 'invalid_grant'],
  ])('attack: with %s is not', async (_what, more, code) => {
    await expect(redeem(more)).resolves.toBe(code);
    expect(identity.stored.sessions.size).toBe(0);
    expect(identity.stored.burnt.size).toBe(0);
  });

  test.each(['client_id', 'code', 'code_verifier', 'redirect_uri'] as const)('without %s is not', async (name) => {
    const form = Object.fromEntries(Object.entries(formOf(await issued())).filter(([member]) => member !== name));
    const code = name === 'client_id' ? 'invalid_client' : 'invalid_request';
    await expect(codeOf(redeemAuthorizationCode(parts, form))).resolves.toBe(code);
  });

  test.each([
    ['v'.repeat(42), 'invalid_grant'],
    ['v'.repeat(43), 'accepted'],
    ['-._~'.repeat(32), 'accepted'],
    ['v'.repeat(129), 'invalid_grant'],
    [`${'v'.repeat(43)} `, 'invalid_grant'],
    [` ${'v'.repeat(43)}`, 'invalid_grant'],
    [`${'v'.repeat(43)}\n`, 'invalid_grant'],
    ['é'.repeat(43), 'invalid_grant'],
  ])('is for a verifier as RFC 7636 has it: %j is %s', async (verifier, outcome) => {
    const form = formOf(await issued(verifier), { code_verifier: verifier });
    await expect(codeOf(redeemAuthorizationCode(parts, form))).resolves.toBe(outcome);
  });

  test('attack: used twice revokes what it gave, and it is on record', async () => {
    const form = formOf(await issued());
    await redeemAuthorizationCode(parts, form);
    await expect(codeOf(redeemAuthorizationCode(parts, form))).resolves.toBe('invalid_grant');
    expect(identity.stored.sessions.size).toBe(0);
    await expect(parts.families.list(erin.handle)).resolves.toStrictEqual([]);
    expect(eventsOf('signin.ended')).toMatchObject([
      { actor: { kind: 'person', handle: erin.handle }, data: { via: 'bearer', reason: 'reused' } },
    ]);
  });
});

describe('a family that was revoked', () => {
  test('between the record and the tokens gets none', async () => {
    const code = await issued();
    const families = { ...parts.families, confirm: () => Promise.resolve(false) };
    await expect(codeOf(redeemAuthorizationCode({ ...parts, families }, formOf(code)))).resolves.toBe('invalid_grant');
    expect(identity.stored.sessions.size).toBe(0);
  });

  test('while its tokens were made keeps none of them', async () => {
    const code = await issued();
    let looks = 0;
    const families: GrantParts['families'] = {
      ...parts.families,
      get: (...key) => ((looks += 1) === 1 ? parts.families.get(...key) : Promise.resolve(undefined)),
    };
    await expect(codeOf(redeemAuthorizationCode({ ...parts, families }, formOf(code)))).resolves.toBe('invalid_grant');
    expect(looks).toBe(2);
    expect(identity.stored.sessions.size).toBe(0);
  });
});

describe('a refresh', () => {
  test.each<[GrantForm, string]>([
    [{}, 'accepted'],
    [{ client_id: 'another' }, 'invalid_client'],
    [{ scope: 'openid' }, 'invalid_scope'],
    [{ refresh_token: 'a token' }, 'invalid_grant'],
    [{ refresh_token: `${erin.handle}.${'r'.repeat(43)}` }, 'invalid_grant'],
  ])('with %j is %s', async (more, code) => {
    const { refresh_token: refreshToken } = await redeemAuthorizationCode(parts, formOf(await issued()));
    const form = { client_id: 'hatcheck-cli', refresh_token: refreshToken, ...more };
    await expect(codeOf(rotateRefreshToken(parts, form))).resolves.toBe(code);
  });
});
