import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { browserSession, maybeBrowserSession } from '../../../../functions/browser-session.ts';
import type { GrantParts, TokenAnswer } from '../../../../lib/identity/oauth/grant-parts.ts';
import { openFamily, redeemFamily } from '../../../../lib/identity/oauth/family.ts';
import { rotateRefreshToken } from '../../../../lib/identity/oauth/grants.ts';
import { holderOf, keepUpstream } from '../../../../lib/identity/oauth/upstream.ts';
import { openSession } from '../../../../lib/identity/sessions.ts';
import { engineer, noon } from '../../../support/builders.ts';
import { memoryClock, unavailable } from '../../../support/memory.ts';
import { type OidcServer, SUBJECT, startOidcServer } from '../../../support/oidc-server.ts';
import { type MemoryIdentity, codeOf, jobsOf, memoryIdentity } from '../memory.ts';

let server: OidcServer;
let identity: MemoryIdentity;
let parts: GrantParts;

beforeEach(async () => {
  const clock = memoryClock();
  server = await startOidcServer(() => Date.parse(clock.now()));
  identity = memoryIdentity([{ ...server.provider, offlineAccess: true }], { clock });
  const chance = { ...identity.chance, token: (bytes: number) => randomBytes(bytes).toString('base64url') };
  parts = { ...identity, chance, warn: () => undefined };
});
afterEach(() => server.close());

const signIn = async (): Promise<TokenAnswer> => {
  const { handle } = engineer;
  const family = await openFamily(
    parts,
    { principal: { ...engineer, issuer: server.issuer, subject: SUBJECT } },
    noon(60),
  );
  return redeemFamily(parts, { handle, family, familyEndsAt: noon(3600) }, 'authorization_code');
};

const rotate = (refreshToken: string | undefined) =>
  codeOf(
    rotateRefreshToken(parts, {
      client_id: 'hatcheck-cli',
      ...(refreshToken !== undefined && { refresh_token: refreshToken }),
    }),
  );

test('a refresh without a refresh token is no request', async () => {
  await expect(rotate(undefined)).resolves.toBe('invalid_request');
});

test('a family of which nobody knows when it was used counts from when it was begun', async () => {
  const { refresh_token: refreshToken } = await signIn();
  identity.stored.seen.clear();
  await expect(rotate(refreshToken)).resolves.toBe('accepted');
});

test('where the issuer vouches for jobs alone now, what it said of a person is over', async () => {
  const { refresh_token: refreshToken } = await signIn();
  parts = { ...parts, providers: [jobsOf(server)] };
  await expect(rotate(refreshToken)).resolves.toBe('invalid_grant');
  await expect(codeOf(signIn())).resolves.toBe('invalid_grant');
});

test('revoked while the provider was asked, a family gets nothing', async () => {
  const { refresh_token: refreshToken } = await signIn();
  await keepUpstream(parts, holderOf(refreshToken), 'a token of the provider', noon(3600));
  const fetchJson: GrantParts['fetchJson'] = async () => {
    for (const { id } of await parts.families.list(engineer.handle)) await parts.families.remove(engineer.handle, id);
    return { status: 200, json: { id_token: server.idToken() } };
  };
  parts = { ...parts, fetchJson };
  await expect(rotate(refreshToken)).resolves.toBe('invalid_grant');
  expect(await parts.families.list(engineer.handle)).toStrictEqual([]);
});

test('a browser’s session without a form field decides nothing', async () => {
  const { token, session } = await openSession(identity, engineer, 'cookie');
  const fieldless = (({ csrf: _csrf, ...rest }: typeof session) => rest)(session);
  await identity.sessions.put(fieldless);
  const cookies = { '__Host-hatcheck': token };
  await expect(codeOf(browserSession(identity, cookies))).resolves.toBe('not_signed_in');
  await expect(maybeBrowserSession(identity, cookies)).resolves.toBeUndefined();
});

test('while sessions cannot be read, nobody is taken for signed out', async () => {
  const sessions = { ...identity.sessions, get: () => Promise.reject(unavailable()) };
  const { token } = await openSession(identity, engineer, 'cookie');
  const shown = maybeBrowserSession({ ...identity, sessions }, { '__Host-hatcheck': token });
  await expect(codeOf(shown)).resolves.toBe('ledger_unavailable');
});
