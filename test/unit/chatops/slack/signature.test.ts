import { describe, expect, test } from '@jest/globals';
import { signatureOf, slackVerifier } from '../../../../lib/chatops/slack/signature.ts';

/** https://docs.slack.dev/authentication/verifying-requests-from-slack: Slack's own example. */
const SECRET = '8f742231b10e8888abcd99yyyzzz85a5';
const TIMESTAMP = '1531420618';
const SIGNATURE = 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503';
const BODY =
  'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';

const at = (seconds: number): string => new Date((Number(TIMESTAMP) + seconds) * 1000).toISOString();
const NOW = at(0);

const verify = (headers: Record<string, string | undefined>, { body = BODY, now = NOW, secrets = [SECRET] } = {}) =>
  slackVerifier(secrets)(
    { headers: { 'x-slack-request-timestamp': TIMESTAMP, 'x-slack-signature': SIGNATURE, ...headers }, body },
    now,
  );

test('Slack’s documented example is taken, and it is what we would sign', () => {
  expect(verify({})).toBeUndefined();
  expect(signatureOf(SECRET, TIMESTAMP, BODY)).toBe(SIGNATURE);
});

describe('attack: the signature', () => {
  test.each([
    ['none', undefined, 'signature_missing'],
    ['empty', '', 'signature_malformed'],
    ['twice, joined by a comma', `${SIGNATURE},${SIGNATURE}`, 'signature_malformed'],
    ['an extra v0=', `v0=${SIGNATURE}`, 'signature_malformed'],
    ['of version v1', SIGNATURE.replace('v0', 'v1'), 'signature_malformed'],
    ['in capitals', SIGNATURE.toUpperCase().replace('V0', 'v0'), 'signature_malformed'],
    ['without its version', SIGNATURE.slice(3), 'signature_malformed'],
    ['cut short', SIGNATURE.slice(0, -1), 'signature_malformed'],
    ['with a blank behind it', `${SIGNATURE} `, 'signature_malformed'],
    ['with a line break behind it', `${SIGNATURE}\n`, 'signature_malformed'],
    ['in base64', `v0=${Buffer.from(SIGNATURE.slice(3), 'hex').toString('base64')}`, 'signature_malformed'],
    ['with one digit changed', SIGNATURE.replace(/3$/, '4'), 'signature_wrong'],
    ['of zeros', `v0=${'0'.repeat(64)}`, 'signature_wrong'],
  ])('%s', (_case, signature, fault) => {
    expect(verify({ 'x-slack-signature': signature })).toBe(fault);
  });

  test('by a secret that is none of ours, or by ours as hex instead of text', () => {
    expect(verify({ 'x-slack-signature': signatureOf('another', TIMESTAMP, BODY) })).toBe('signature_wrong');
    expect(verify({}, { secrets: ['8f742231b10e8888abcd990000000000'] })).toBe('signature_wrong');
  });
});

describe('attack: the timestamp', () => {
  test.each([
    ['none', undefined, 'timestamp_missing'],
    ['empty', '', 'timestamp_malformed'],
    ['twice, joined by a comma', `${TIMESTAMP},${TIMESTAMP}`, 'timestamp_malformed'],
    ['not a number', 'now', 'timestamp_malformed'],
    ['with a sign', `+${TIMESTAMP}`, 'timestamp_malformed'],
    ['with a fraction', `${TIMESTAMP}.0`, 'timestamp_malformed'],
    ['in milliseconds', `${TIMESTAMP}000`, 'timestamp_malformed'],
    ['in hex', '0x5b479f8a', 'timestamp_malformed'],
    ['with a blank', ` ${TIMESTAMP}`, 'timestamp_malformed'],
    ['another, under the same signature', '1531420619', 'signature_wrong'],
  ])('%s', (_case, timestamp, fault) => {
    expect(verify({ 'x-slack-request-timestamp': timestamp })).toBe(fault);
  });

  test.each([
    [-301, 'stale'],
    [-300, undefined],
    [300, undefined],
    [301, 'stale'],
  ])('taken five minutes before and after, and no longer: %d s', (seconds, fault) => {
    expect(verify({}, { now: at(seconds) })).toBe(fault);
  });
});

describe('attack: the body', () => {
  test.each([
    ['decoded and encoded again', new URLSearchParams(BODY).toString().replaceAll('%2F', '%2f')],
    ['with its fields in another order', BODY.split('&').reverse().join('&')],
    ['with something added', `${BODY}&payload=%7B%7D`],
    ['empty', ''],
  ])('%s', (_case, body) => {
    expect(verify({}, { body })).toBe('signature_wrong');
  });
});

describe('the secrets', () => {
  test('are two while they are changed, and either is taken', () => {
    for (const secrets of [
      [SECRET, 'the next'],
      ['the one before', SECRET],
    ])
      expect(verify({}, { secrets })).toBeUndefined();
    expect(verify({}, { secrets: ['the one before', 'the next'] })).toBe('signature_wrong');
  });

  test.each([[[]], [['']], [[' ']], [[SECRET, '']]])('%j: nothing starts with such', (secrets) => {
    expect(() => slackVerifier(secrets)).toThrow(TypeError);
  });
});
