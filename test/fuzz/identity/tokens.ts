import { createHmac, createPublicKey, verify } from 'node:crypto';
import fc from 'fast-check';
import * as z from 'zod/mini';
import { AssertionRefused } from '../../../lib/identity/assertion-refused.ts';
import { verifyIdToken } from '../../../lib/identity/id-token.ts';
import { pickKey, usableKeys } from '../../../lib/identity/jwk.ts';
import type { OidcProvider } from '../../../lib/identity/ports.ts';
import { makeKey, signWith } from '../../support/oidc-server.ts';
import { editedText } from './bytes.ts';
import type { Target } from './target.ts';

const ISSUER = 'https://idp.example.com';
const NOW = Date.parse('2026-03-02T12:00:00.000Z') / 1000;
const NONCE = 'nonce-of-this-browser';

const provider: OidcProvider = {
  ...{ id: 'okta', type: 'oidc', issuer: ISSUER, clientId: 'hatcheck', groupsClaim: 'groups' },
  ...{ tokenExchangeAudiences: [], algorithms: ['ES256', 'RS256'] },
};

const key = makeKey('ES256');
const stranger = makeKey('ES256', key.kid);
const keys = usableKeys({ keys: [key.jwk, makeKey('RS256').jwk] });

const HEADER = { alg: 'ES256', kid: key.kid, typ: 'JWT' };
const CLAIMS = {
  ...{ iss: ISSUER, sub: 'subject-of-erin', aud: 'hatcheck', nonce: NONCE, iat: NOW - 5, exp: NOW + 595 },
  ...{ auth_time: NOW - 10, amr: ['mfa'], groups: ['engineering', 'sre'], address: { country: 'DE' } },
};

/** A value that some reader takes for another. */
const odd: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    ...[
      'null',
      'true',
      '0',
      '-1',
      '1e400',
      '-0',
      '1E9',
      '253402300800',
      '""',
      '[]',
      '{}',
      '"none"',
      '"HS256"',
      '"RS256"',
    ],
    ...['"\\u0000"', '"\\ud800"', '[[[[[[[[[[]]]]]]]]]]', '{"__proto__":{}}', '["hatcheck","hatcheck"]', '"hatcheck "'],
    ...[`"${'x'.repeat(3000)}"`, `[${'1,'.repeat(600)}1]`, '0x1', '01', '.5', "'x'", 'undefined', '1 2'],
  ),
  fc.json(),
);

const NAMES = [
  ...['alg', 'kid', 'typ', 'crit', 'b64', 'jwk', 'jku', 'x5u', 'x5c', 'zip', 'cty', 'enc', '__proto__', 'constructor'],
  ...[
    'iss',
    'sub',
    'aud',
    'azp',
    'nonce',
    'iat',
    'exp',
    'nbf',
    'auth_time',
    'at_hash',
    'hasgroups',
    '_claim_names',
    '',
  ],
];

const change = fc.record({
  how: fc.constantFrom('set', 'drop', 'twice', 'blank'),
  name: fc.constantFrom(...NAMES),
  value: odd,
});

/** JSON, member by member, so that it may say what no serializer would. */
const members = (object: object, changes: readonly { how: string; name: string; value: string }[]): string => {
  const all = Object.entries(object).map(([name, value]): [string, string] => [name, JSON.stringify(value)]);
  for (const { how, name, value } of changes) {
    const at = all.findIndex(([each]) => each === name);
    if (how === 'drop' && at >= 0) all.splice(at, 1);
    else if (how === 'set' && at >= 0) all.splice(at, 1, [name, value]);
    else all.push([name, value]);
  }
  const blank = changes.some(({ how }) => how === 'blank') ? ' \n' : '';
  return `${blank}{${all.map(([name, value]) => `${JSON.stringify(name)}${blank}:${value}`).join(',')}}${blank}`;
};

const textOf = (object: object): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 2, arbitrary: fc.constant(JSON.stringify(object)) },
    { weight: 6, arbitrary: fc.array(change, { maxLength: 3 }).map((changes) => members(object, changes)) },
    { weight: 1, arbitrary: fc.oneof(odd, editedText(fc.constant(JSON.stringify(object)))) },
  );

const base64url = (text: string): string => Buffer.from(text).toString('base64url');

type Signed = 'provider' | 'stranger' | 'hmac' | 'zeros' | 'none' | 'der';

const signatureOf = (how: Signed, input: string): string => {
  const bytes = {
    provider: () => signWith(key)(input),
    stranger: () => signWith(stranger)(input),
    hmac: () => createHmac('sha256', JSON.stringify(key.jwk)).update(input).digest(),
    zeros: () => new Uint8Array(64),
    none: () => new Uint8Array(),
    der: () => new Uint8Array([0x30, 6, 2, 1, 1, 2, 1, 1]),
  }[how]();
  return Buffer.from(bytes).toString('base64url');
};

const signing = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Signed>('provider') },
  { weight: 2, arbitrary: fc.constantFrom<Signed>('stranger', 'hmac', 'zeros', 'none', 'der') },
);

const madeTokens = fc.tuple(textOf(HEADER), textOf(CLAIMS), signing).map(([header, payload, how]) => {
  const input = `${base64url(header)}.${base64url(payload)}`;
  return `${input}.${signatureOf(how, input)}`;
});

const partsOf = (token: string): string[] => token.split('.');

/** Parts that went astray: another number of them, another order, another token's. */
const shuffledTokens = fc
  .tuple(
    madeTokens,
    madeTokens,
    fc.array(fc.nat({ max: 5 }), { maxLength: 6 }),
    fc.constantFrom('.', '..', '', ' .', '\n'),
  )
  .map(([one, other, order, dot]) => order.map((index) => [...partsOf(one), ...partsOf(other)][index] ?? '').join(dot));

const serialized = madeTokens.map((token) => {
  const [header, payload, signature] = partsOf(token);
  return JSON.stringify({ payload, signatures: [{ protected: header, signature }] });
});

const inputs = fc.oneof(
  { weight: 8, arbitrary: madeTokens },
  { weight: 6, arbitrary: editedText(madeTokens) },
  { weight: 3, arbitrary: shuffledTokens },
  { weight: 1, arbitrary: fc.oneof(serialized, fc.string({ unit: 'binary' }), fc.base64String({ maxLength: 20_000 })) },
);

const publicKey = createPublicKey(key.privateKey);

/** By nothing of ours: what an accepted token must at least say, and that the provider's own key signed it. */
const faultOfAccepted = (token: string): string | undefined => {
  const [header = '', payload = '', signature = ''] = partsOf(token);
  const bytes = Buffer.from(signature, 'base64url');
  if (!verify('sha256', Buffer.from(`${header}.${payload}`), { key: publicKey, dsaEncoding: 'ieee-p1363' }, bytes))
    return 'what the provider did not sign';
  const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const { iss, nonce, sub, exp } = z
    .object({ iss: z.string(), nonce: z.string(), sub: z.string(), exp: z.number() })
    .parse(claims);
  const isOurs = iss === ISSUER && nonce === NONCE && sub !== '' && exp > NOW - 60;
  return isOurs ? undefined : 'what is not for us';
};

const judge = async (token: string): Promise<string> => {
  try {
    const documents = {
      key: (_: unknown, unverified: Parameters<typeof pickKey>[1]) =>
        Promise.resolve().then(() => pickKey(keys, unverified)),
    };
    await verifyIdToken(token, documents, {
      ...{
        provider,
        now: new Date(NOW * 1000).toISOString(),
        audiences: ['hatcheck'],
        nonce: NONCE,
        maxAgeSeconds: 600,
      },
      ...{ accessToken: 'an access token', code: 'a code' },
    });
  } catch (error) {
    if (error instanceof AssertionRefused) return error.fault;
    throw error;
  }
  const fault = faultOfAccepted(token);
  if (fault !== undefined) throw new Error(`accepted: ${fault}`);
  return 'accepted';
};

export const tokens: Target = { name: 'ID tokens', inputs, judge };
