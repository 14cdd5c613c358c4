import { describe, expect, test } from '@jest/globals';
import { compact, signWith } from '../../support/oidc-server.ts';
import { honest, key, tokenWith, verdict } from './verifying.ts';

const HEADER = { alg: 'ES256', kid: key.kid, typ: 'JWT' };

const withHeader = (header: object | string): string => compact(header, honest, signWith(key));
const withPayload = (payload: string): string => compact(HEADER, payload, signWith(key));

/** The token with one of its parts changed by hand. */
const withPart = (index: 0 | 1 | 2, change: (part: string) => string): string =>
  tokenWith()
    .split('.')
    .map((part, i) => (i === index ? change(part) : part))
    .join('.');

/** The last character of a part with its unused bits set: another spelling of the same bytes. */
const nonCanonical = (part: string): string => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return part.slice(0, -1) + (alphabet[alphabet.indexOf(part.at(-1) ?? '') + 1] ?? '');
};

test('the honest token, of which all others are changed copies, is accepted', async () => {
  await expect(verdict(tokenWith())).resolves.toBe('accepted');
});

describe('A1: the compact form', () => {
  const [h = '', p = '', s = ''] = tokenWith().split('.');
  test.each([
    ['a space in a part', withPart(1, (part) => `${part.slice(0, 9)} ${part.slice(9)}`)],
    ['a line feed behind the token', `${tokenWith()}\n`],
    ['a space before the token', ` ${tokenWith()}`],
    ['padding behind a part', withPart(0, (part) => `${part}=`)],
    ['base64 characters instead of base64url', withPart(2, () => '+/+/')],
    ['a fourth part', `${tokenWith()}.e30`],
    ['an empty payload', `${h}..${s}`],
    ['an empty signature', `${h}.${p}.`],
    ['a missing signature', `${h}.${p}`],
    ['a part whose unused bits are not zero', withPart(2, (part) => nonCanonical(part))],
    ['a part of a length that base64 does not have', withPart(2, (part) => part.slice(0, -1))],
    ['nothing at all', ''],
  ])('is refused with %s', async (_attack, token) => {
    await expect(verdict(token)).resolves.toBe('malformed');
  });

  test.each([
    ['A5: a flattened JSON serialisation', JSON.stringify({ protected: h, payload: p, signature: s })],
    ['A5: a general JSON serialisation', JSON.stringify({ payload: p, signatures: [{ protected: h, signature: s }] })],
    ['A4: an encrypted token of five parts', `${h}.${p}.${s}.${p}.${s}`],
  ])('is no %s', async (_attack, token) => {
    await expect(verdict(token)).resolves.toBe('malformed');
  });
});

test('A2: a token of 16 KiB is read, one of a character more is not', async () => {
  const sized = (x5t: number, filler: number): string =>
    compact({ ...HEADER, x5t: 'x'.repeat(x5t) }, { ...honest, filler: 'x'.repeat(filler) }, signWith(key));
  const about = Math.floor(((16 * 1024 - sized(0, 0).length) * 3) / 4);
  const tokens = [0, 1, 2, 3].flatMap((x5t) => [0, 1, 2, 3, 4, 5].map((less) => sized(x5t, about - less)));
  const longest = tokens.find(({ length }) => length === 16 * 1024) ?? '';
  await expect(verdict(longest)).resolves.toBe('accepted');
  await expect(verdict(`${longest}A`)).resolves.toBe('too_large');
});

test('A2: a payload of a mebibyte is refused before it is decoded', async () => {
  await expect(verdict(tokenWith({ filler: 'x'.repeat(1024 * 1024) }))).resolves.toBe('too_large');
});

describe('A3: header and payload are JSON objects that everybody reads the same way', () => {
  test.each([
    ['a list', '[]'],
    ['a number', '1'],
    ['null', 'null'],
    ['no JSON', '{"alg":'],
    ['a duplicate alg, none first', `{"alg":"none","alg":"ES256","kid":"${key.kid}"}`],
    ['a duplicate alg in another spelling', `{"alg":"ES256","\\u0061lg":"none","kid":"${key.kid}"}`],
    ['more members than there are parameters', JSON.stringify({ ...HEADER, ...manyMembers(20) })],
  ])('a header that is %s is refused', async (_attack, header) => {
    await expect(verdict(withHeader(header))).resolves.toBe('header');
  });

  const claims = JSON.stringify(honest);
  test.each([
    ['a list', '[]'],
    ['a text', '"sub"'],
    ['a duplicate sub', claims.replace('{', '{"sub":"somebody else",')],
    ['a duplicate member further down', claims.replace('{', '{"more":{"a":1,"a":2},')],
    ['a duplicate of which one name holds a colon and a quote', claims.replace('{', '{"a\\":":1,"a\\":":2,')],
    ['deeper than anything needs', claims.replace('{', `{"deep":${'['.repeat(40)}${']'.repeat(40)},`)],
    ['wider than anything needs', JSON.stringify({ ...honest, ...manyMembers(600) })],
    ['behind a byte order mark', `\ufeff${claims}`],
  ])('a payload that is %s is refused', async (_attack, payload) => {
    await expect(verdict(withPayload(payload))).resolves.toBe('malformed');
  });

  test('a payload that is no UTF-8 is refused', async () => {
    const bytes = Buffer.concat([Buffer.from('{"sub":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
    const input = `${Buffer.from(JSON.stringify(HEADER)).toString('base64url')}.${bytes.toString('base64url')}`;
    const token = `${input}.${Buffer.from(signWith(key)(input)).toString('base64url')}`;
    await expect(verdict(token)).resolves.toBe('malformed');
  });

  test('white space, escapes, and colons and quotes in texts are no reason to refuse', async () => {
    const spaced = JSON.stringify({ ...honest, name: 'a "quoted": name\\', url: 'https://a/' }, null, 2);
    await expect(verdict(withPayload(spaced.replaceAll('/', '\\/')))).resolves.toBe('accepted');
  });
});

describe('A4, A6, B3: header parameters that change what is signed, or by whom', () => {
  test.each([
    ['zip', { zip: 'DEF' }],
    ['enc', { enc: 'A128GCM' }],
    ['cty, a token within the token', { cty: 'JWT' }],
    ['an unknown critical extension', { crit: ['x'], x: 1 }],
    ['an empty crit', { crit: [] }],
    ['an unencoded payload', { b64: false, crit: ['b64'] }],
    ['b64 without crit', { b64: false }],
    ['an embedded jwk', { jwk: key.jwk }],
    ['a jku elsewhere', { jku: 'https://idp.example.com@evil.example/jwks' }],
    ['an x5u elsewhere', { x5u: 'https://evil.example/cert.pem' }],
    ['a parameter that nobody knows', { surprise: true }],
  ])('%s is refused', async (_attack, parameters) => {
    await expect(verdict(withHeader({ ...HEADER, ...parameters }))).resolves.toBe('header');
  });

  test('the certificate thumbprints that large providers send are let through and not used', async () => {
    await expect(verdict(withHeader({ ...HEADER, x5t: 'abc', 'x5t#S256': 'def', x5c: ['ghi'] }))).resolves.toBe(
      'accepted',
    );
  });
});

describe('A7: names that mean something to JavaScript are claims like any other', () => {
  test.each(['__proto__', 'constructor', 'toString'])('%s changes nothing', async (name) => {
    const payload = JSON.stringify(honest).replace('{', `{"${name}":{"admin":true},`);
    await expect(verdict(withPayload(payload))).resolves.toBe('accepted');
    expect(Object.prototype).not.toHaveProperty('admin');
  });

  test('a claim does not stand in __proto__', async () => {
    const payload = JSON.stringify({ ...honest, exp: undefined }).replace('{', `{"__proto__":{"exp":${honest.exp}},`);
    await expect(verdict(withPayload(payload))).resolves.toBe('expired');
  });
});

describe('C11: a token that says it is something else', () => {
  test.each(['at+jwt', 'application/at+jwt', 'logout+jwt', 'dpop+jwt', 'JOSE', '', 5, null, ['JWT']])(
    'typ %j is refused',
    async (typ) => {
      await expect(verdict(withHeader({ ...HEADER, typ }))).resolves.toBe('typ');
    },
  );

  test.each([[{ typ: 'jwt' }], [{ typ: 'JWT' }], [{ typ: undefined }]])('%j is an ID token', async (typ) => {
    await expect(verdict(withHeader({ ...HEADER, ...typ }))).resolves.toBe('accepted');
  });
});

function manyMembers(count: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`member${i}`, i]));
}
