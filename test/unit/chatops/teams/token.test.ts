import { createHmac, randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { botTokenVerifier } from '../../../../lib/chatops/teams/token.ts';
import { memoryClock } from '../../../support/memory.ts';
import { compact, makeKey, signWith, signedToken } from '../../../support/oidc-server.ts';
import {
  type BotFramework,
  KEYS,
  METADATA,
  SERVICE_URL,
  botFramework,
  claimsAt,
  keysOf,
  published,
  teamsSettings,
} from '../../../support/teams.ts';

const NOW = '2026-11-22T12:00:00.000Z';
const SECONDS = Date.parse(NOW) / 1000;
let microsoft: BotFramework;

beforeEach(() => {
  microsoft = botFramework(NOW);
});

const verify = (token: string | undefined, scheme = 'Bearer ') =>
  botTokenVerifier(teamsSettings.appId, keysOf(microsoft, memoryClock(NOW)))(
    token === undefined ? undefined : `${scheme}${token}`,
    NOW,
  );
const faultOf = async (token: string | undefined, scheme?: string): Promise<string | undefined> => {
  const verified = await verify(token, scheme);
  return 'fault' in verified ? verified.fault : undefined;
};

describe('a token of the Bot Framework', () => {
  test('vouches for where it was sent from', async () => {
    expect(await verify(microsoft.token())).toEqual({ serviceUrl: SERVICE_URL });
  });

  test.each([
    ['five minutes after its end, but not later', { exp: SECONDS - 299 }],
    ['five minutes before its beginning, but not earlier', { nbf: SECONDS + 300 }],
  ])('is good %s', async (_when, claims) => {
    expect(await verify(microsoft.token(claims))).toEqual({ serviceUrl: SERVICE_URL });
  });

  test('needs no call while its keys are known', async () => {
    const verifier = botTokenVerifier(teamsSettings.appId, keysOf(microsoft, memoryClock(NOW)));
    for (let times = 0; times < 3; times += 1) await verifier(`Bearer ${microsoft.token()}`, NOW);
    expect(microsoft.asked).toEqual([METADATA, KEYS]);
  });

  test('of a key that was published a moment ago is good', async () => {
    const clock = memoryClock(NOW);
    const verifier = botTokenVerifier(teamsSettings.appId, keysOf(microsoft, clock));
    await verifier(`Bearer ${microsoft.token()}`, NOW);
    const next = makeKey('RS256', 'next-key');
    microsoft.documents.set(KEYS, { keys: [published(microsoft.key), published(next)] });
    clock.set('2026-11-22T12:01:00.000Z');
    expect(await verifier(`Bearer ${microsoft.token({}, next)}`, NOW)).toEqual({ serviceUrl: SERVICE_URL });
  });
});

describe('attack', () => {
  test.each([
    ['no header', undefined, 'Bearer ', 'bearer'],
    ['a header without its scheme', 'x', '', 'bearer'],
    ['an outgoing webhook, which anybody of the channel could sign for', 'x', 'HMAC ', 'bearer'],
    ['two headers', 'x, Bearer y', 'Bearer ', 'bearer'],
  ])('%s', async (_attack, token, scheme, fault) => {
    expect(await faultOf(token, scheme)).toBe(fault);
  });

  test.each<[string, object, string]>([
    ['another issuer', { iss: 'https://sts.windows.net/6f1d2c3b/' }, 'issuer'],
    ['an issuer with a slash more', { iss: 'https://api.botframework.com/' }, 'issuer'],
    ['no issuer', { iss: undefined }, 'issuer'],
    ['a token for another bot', { aud: '6f1d2c3b-0000-4000-8000-00000000ffff' }, 'audience'],
    ['an audience in another case', { aud: teamsSettings.appId.toUpperCase() }, 'audience'],
    ['an audience among others', { aud: [teamsSettings.appId, 'another'] }, 'audience'],
    ['no audience', { aud: undefined }, 'audience'],
    ['a token that is over', { exp: SECONDS - 300 }, 'expired'],
    ['a token without end', { exp: undefined }, 'expired'],
    ['an end that is text', { exp: String(SECONDS + 600) }, 'expired'],
    ['a negative end', { exp: -1 }, 'expired'],
    ['a token of the future', { nbf: SECONDS + 301 }, 'not_yet_valid'],
    ['a beginning that is text', { nbf: '0' }, 'not_yet_valid'],
    ['no service address', { serviceurl: undefined }, 'service_url'],
    ['an empty service address', { serviceurl: '' }, 'service_url'],
    ['a service address that is a list', { serviceurl: [SERVICE_URL] }, 'service_url'],
  ])('%s', async (_attack, claims, fault) => {
    expect(await faultOf(microsoft.token(claims))).toBe(fault);
  });

  test('an end beyond all numbers', async () => {
    const claims = JSON.stringify(claimsAt(NOW)).replace(/"exp":\d+/, '"exp":1e400');
    expect(await faultOf(signedToken(microsoft.key, claims))).toBe('expired');
  });

  test('a claim that is said twice', async () => {
    const claims = JSON.stringify(claimsAt(NOW)).replace('{', '{"aud":"another",');
    expect(await faultOf(signedToken(microsoft.key, claims))).toBe('malformed');
  });

  test.each(['none', 'None', 'NONE', 'HS256', 'RS384', 'RS512', 'PS256', 'ES256', ''])(
    'the algorithm %p',
    async (alg) => {
      const token = compact({ alg, kid: 'bot-key', typ: 'JWT' }, claimsAt(NOW), signWith(microsoft.key));
      expect(await faultOf(token)).toBe('algorithm');
    },
  );

  test('the bot’s own secret as the key: it verifies nothing', async () => {
    const secret = randomBytes(32);
    const sign = (input: string) => createHmac('sha256', secret).update(input).digest();
    expect(await faultOf(compact({ alg: 'HS256', kid: 'bot-key' }, claimsAt(NOW), sign))).toBe('algorithm');
  });

  test('a public key as a shared secret', async () => {
    const sign = (input: string) => createHmac('sha256', JSON.stringify(microsoft.key.jwk)).update(input).digest();
    expect(await faultOf(compact({ alg: 'RS256', kid: 'bot-key' }, claimsAt(NOW), sign))).toBe('signature');
  });

  test('no signature', async () => {
    const [header = '', payload = ''] = microsoft.token().split('.');
    expect(await faultOf(`${header}.${payload}.`)).toBe('malformed');
  });

  test('another’s key under the same name', async () => {
    expect(await faultOf(microsoft.token({}, makeKey('RS256', 'bot-key')))).toBe('signature');
  });

  test('claims that were changed after they were signed', async () => {
    const [header = '', , signature = ''] = microsoft.token().split('.');
    const [, payload = ''] = microsoft.token({ serviceurl: 'https://evil.example/' }).split('.');
    expect(await faultOf(`${header}.${payload}.${signature}`)).toBe('signature');
  });

  test.each([
    ['jwk', { jwk: {} }],
    ['jku', { jku: 'https://evil.example/keys' }],
    ['x5u', { x5u: 'https://evil.example/certificate' }],
    ['crit', { crit: ['x'], x: 1 }],
    ['b64', { b64: false }],
    ['a kid that is no text', { kid: 1 }],
    ['no kid', { kid: undefined }],
  ])('a header with %s', async (_what, more) => {
    const header = { alg: 'RS256', kid: 'bot-key', typ: 'JWT', ...more };
    expect(await faultOf(compact(header, claimsAt(NOW), signWith(microsoft.key)))).toBe('header');
  });

  test.each([
    ['that nobody endorsed', undefined],
    ['that is endorsed for another channel', ['webchat', 'directline']],
    ['whose endorsement looks like ours', ['msteamsx', 'MSTEAMS']],
    ['whose endorsements are one text', 'msteams'],
  ])('a key %s', async (_which, endorsements) => {
    const key = { ...published(microsoft.key), endorsements };
    microsoft.documents.set(KEYS, { keys: [key] });
    expect(await faultOf(microsoft.token())).toBe('key');
  });

  test('a key that is not published', async () => {
    expect(await faultOf(microsoft.token({}, makeKey('RS256', 'unheard-of')))).toBe('key');
  });

  test('a key that is too short', async () => {
    const short = makeKey('RS256', 'short', 1024);
    microsoft.documents.set(KEYS, { keys: [published(short)] });
    expect(await faultOf(microsoft.token({}, short))).toBe('key');
  });

  test('a hundred names of keys that do not exist ask for the keys once', async () => {
    const verifier = botTokenVerifier(teamsSettings.appId, keysOf(microsoft, memoryClock(NOW)));
    await verifier(`Bearer ${microsoft.token()}`, NOW);
    const header = (kid: string) => compact({ alg: 'RS256', kid }, claimsAt(NOW), signWith(microsoft.key));
    for (let times = 0; times < 100; times += 1) await verifier(`Bearer ${header(`made-up-${times}`)}`, NOW);
    expect(microsoft.asked.length).toBeLessThanOrEqual(4);
  });

  test('a token of half a megabyte', async () => {
    expect(await faultOf('a'.repeat(500_000))).toBe('too_large');
  });
});

describe('metadata', () => {
  test.each([
    ['of another issuer', { issuer: 'https://api.botframework.us', jwks_uri: KEYS }],
    ['that names keys elsewhere', { issuer: 'https://api.botframework.com', jwks_uri: 'https://evil.example/keys' }],
    ['that names keys over http', { issuer: 'https://api.botframework.com', jwks_uri: KEYS.replace('https', 'http') }],
    [
      'that names keys by a name and a password',
      { issuer: 'https://api.botframework.com', jwks_uri: KEYS.replace('//', '//a:b@') },
    ],
    ['that names no keys', { issuer: 'https://api.botframework.com' }],
  ])('%s verifies nothing', async (_which, metadata) => {
    microsoft.documents.set(METADATA, metadata);
    await expect(verify(microsoft.token())).rejects.toMatchObject({ name: 'ProviderUnavailable' });
  });

  test('that cannot be had verifies nothing', async () => {
    microsoft.documents.clear();
    await expect(verify(microsoft.token())).rejects.toMatchObject({ name: 'ProviderUnavailable' });
  });
});

test('a bot without an id does not start', () => {
  expect(() => botTokenVerifier(' ', keysOf(microsoft, memoryClock(NOW)))).toThrow(TypeError);
});
