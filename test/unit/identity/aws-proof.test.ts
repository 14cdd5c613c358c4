import { describe, expect, test } from '@jest/globals';
import { awsProviderOf, checkedProof } from '../../../lib/identity/aws-proof.ts';
import type { AwsProvider } from '../../../lib/identity/ports.ts';
import { NOON } from '../../support/builders.ts';
import { codeOf } from './memory.ts';

const provider: AwsProvider = {
  ...{ id: 'fleet', type: 'aws-workload', issuer: 'https://sts.amazonaws.com', audience: 'hatcheck.example.com' },
  ...{ regions: ['eu-west-1'], roles: [], groups: [] },
};
const HEADERS = 'content-type;host;x-amz-date;x-amz-security-token;x-hatcheck-audience;x-hatcheck-nonce';
const authorization = `AWS4-HMAC-SHA256 Credential=ASIAQQQQQQQQQQQQ/20260302/eu-west-1/sts/aws4_request, SignedHeaders=${HEADERS}, Signature=${'0a'.repeat(32)}`;
const honest = {
  ...{ audience: provider.audience, authorization, date: '20260302T120000Z', nonce: 'n'.repeat(22) },
  ...{ region: 'eu-west-1', token: 'aZ09+/=_'.repeat(2) },
};

const outcome = (changes: Partial<typeof honest>, now = NOON): Promise<string> =>
  codeOf(Promise.resolve().then(() => checkedProof(provider, { ...honest, ...changes }, new Date(now))));

describe('what may be sent to STS', () => {
  test.each<[string, Partial<typeof honest>]>([
    ['the shortest of each', {}],
    ['the longest of each', { nonce: '-_'.repeat(32), token: 't'.repeat(12_288) }],
  ])('control: %s', async (_what, changes) => {
    await expect(outcome(changes)).resolves.toBe('accepted');
  });

  test.each<[string, Partial<typeof honest>]>([
    ['a nonce of 21 characters', { nonce: 'n'.repeat(21) }],
    ['a nonce of 65 characters', { nonce: 'n'.repeat(65) }],
    ['a line break in front of a nonce', { nonce: `\r\n${'n'.repeat(22)}` }],
    ['a header after a nonce', { nonce: `${'n'.repeat(22)}\r\nHost: evil.example.com` }],
    ['a token of 15 characters', { token: 't'.repeat(15) }],
    ['a token of 12,289 characters', { token: 't'.repeat(12_289) }],
    ['a line break in front of a token', { token: `\r\n${'t'.repeat(16)}` }],
    ['a header after a token', { token: `${'t'.repeat(16)}\r\nHost: evil.example.com` }],
    ['something before the authorization', { authorization: ` ${authorization}` }],
    ['something after the authorization', { authorization: `${authorization}\r\nHost: evil.example.com` }],
    ['no authorization', { authorization: '' }],
    ['something before the date', { date: '020260302T120000Z' }],
    ['something after the date', { date: '20260302T120000Z\r\nHost: evil.example.com' }],
    ['no date', { date: '' }],
    ['a date that is none', { date: '20261302T120000Z' }],
    ['the date of another day', { date: '20260301T120000Z' }],
  ])('attack: not with %s', async (_what, changes) => {
    await expect(outcome(changes)).resolves.toBe('header');
  });
});

describe('the text of a proof', () => {
  const encoded = (members: object): string => Buffer.from(JSON.stringify(members)).toString('base64url');
  const read = (token: string): Promise<string> =>
    codeOf(Promise.resolve().then(() => awsProviderOf([provider], token)));

  test('is base64url of its six members', async () => {
    await expect(read(encoded(honest))).resolves.toBe('accepted');
    expect(awsProviderOf([provider], encoded(honest))).toEqual({ provider, members: honest });
  });

  test.each([
    ['', 'malformed'],
    [` ${encoded(honest)}`, 'malformed'],
    [`${encoded(honest)}\n`, 'malformed'],
    [`${encoded(honest)}=`, 'malformed'],
    [encoded({ ...honest, more: 'x' }), 'malformed'],
    [encoded({ ...honest, nonce: 5 }), 'malformed'],
    [encoded({ ...honest, audience: 'other.example.com' }), 'audience'],
  ])('is nothing else: %#', async (token, fault) => {
    await expect(read(token)).resolves.toBe(fault);
  });
});
