import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { awsProof } from '../../cli/aws-proof.ts';
import { exchangeToken } from '../../lib/identity/token-exchange.ts';
import type { AwsProvider } from '../../lib/identity/ports.ts';
import { boundedFetch } from '../../lib/outbound/bounded-fetch.ts';
import { closeServer, listenOnLoopback } from '../../local/gateway/loopback.ts';
import type { LocalAws } from '../../local/aws/server.ts';
import { role, start, world } from '../local/aws/small-world.ts';
import { memoryClock } from '../support/memory.ts';
import { type MemoryIdentity, codeOf, memoryIdentity } from '../unit/identity/memory.ts';

const ACCOUNT = '111122223333';
const DEPLOYER = `arn:aws:iam::${ACCOUNT}:role/ci/deployer`;
const OTHER = `arn:aws:iam::${ACCOUNT}:role/other`;
const provider: AwsProvider = {
  ...{ id: 'fleet', type: 'aws-workload', issuer: 'https://sts.amazonaws.com', audience: 'hatcheck.example.com' },
  ...{ regions: ['eu-west-1'], roles: [{ account: ACCOUNT, name: 'deployer' }], groups: ['fleet:deployers'] },
};
/** At noon: what was signed an hour before is of the same day. */
const clock = memoryClock('2026-03-02T12:00:00.000Z');
const now = () => new Date(clock.now());

let aws: LocalAws;
let identity: MemoryIdentity;
beforeAll(async () => {
  aws = await start({ world: world(role(DEPLOYER), role(OTHER)), clock: now });
});
afterAll(() => aws.close());
beforeEach(() => {
  identity = identityAt(aws.endpoint);
});

const identityAt = (stsEndpoint: string, timeoutMs = 10_000): MemoryIdentity => ({
  ...memoryIdentity([provider], { clock }),
  ...{ askSts: boundedFetch({ maxBytes: 16 * 1024, timeoutMs }), stsEndpoint },
});

interface Proving {
  readonly roleArn?: string;
  readonly sessionName?: string;
  readonly region?: string;
  readonly audience?: string;
  readonly at?: Date;
  readonly stsEndpoint?: string;
}

const prove = ({ roleArn = DEPLOYER, sessionName = 'i-0123456789', at = now(), ...more }: Proving = {}): string =>
  awsProof({
    ...{ keys: aws.credentialsFor(roleArn, sessionName), region: 'eu-west-1', audience: provider.audience, now: at },
    ...{ stsEndpoint: aws.endpoint, ...more },
  });

/** The proof with one of its members as an attacker would have it. */
const tampered = (proof: string, changes: Readonly<Record<string, unknown>>): string => {
  const members = JSON.parse(Buffer.from(proof, 'base64url').toString()) as Record<string, string>;
  return Buffer.from(JSON.stringify({ ...members, ...changes })).toString('base64url');
};
const memberOf = (proof: string, name: string): string =>
  (JSON.parse(Buffer.from(proof, 'base64url').toString()) as Record<string, string>)[name] ?? '';

const exchanged = (token: string) =>
  exchangeToken(identity, {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token_type: 'urn:hatcheck:params:oauth:token-type:aws-caller-identity',
    subject_token: token,
  });
const verdict = (token: string) => codeOf(exchanged(token));
/** The check that it came to grief by. */
const faultOf = async (token: string): Promise<string> => {
  const error: unknown = await exchanged(token).catch((thrown: unknown) => thrown);
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  return typeof cause === 'object' && cause !== null && 'fault' in cause ? String(cause.fault) : String(error);
};
const stsCalls = () => aws.calls.filter(({ action }) => action === 'sts:GetCallerIdentity').length;
const reasons = () =>
  identity.stored.events.map(({ event }) => ('reason' in event.data ? event.data.reason : event.type));

test('an IAM role that proves itself is a workload, with the groups of access.yml, whichever session asks', async () => {
  const { expires_in: seconds } = await exchanged(prove());
  await exchanged(prove({ sessionName: 'another' }));
  expect(seconds).toBe(900);
  const [first, second] = identity.stored.names;
  expect(first).toMatchObject({
    ...{ kind: 'workload', issuer: 'https://sts.amazonaws.com', groups: ['fleet:deployers'], methods: [] },
    subject: expect.stringMatching(/^111122223333:AROA[A-Z0-9]+$/),
    displayName: `deployer in ${ACCOUNT}`,
  });
  expect(second?.handle).toBe(first?.handle);
});

describe('what was signed for something else', () => {
  test.each<[string, () => string, string]>([
    ['another audience', () => prove({ audience: 'other.example.com' }), 'audience'],
    [
      'another audience, called ours afterwards',
      () => tampered(prove({ audience: 'other.example.com' }), { audience: provider.audience }),
      'signature',
    ],
    ['another host', () => prove({ stsEndpoint: 'https://sts.eu-west-1.evil.example.com' }), 'signature'],
    ['another region', () => prove({ region: 'us-east-1' }), 'issuer'],
    [
      'another region, called ours afterwards',
      () => tampered(prove({ region: 'us-east-1' }), { region: 'eu-west-1' }),
      'header',
    ],
    ['a minute and a second ago', () => prove({ at: new Date(now().getTime() - 61_000) }), 'too_old'],
    [
      'an hour ago, called new',
      () => tampered(prove({ at: new Date(now().getTime() - 3_600_000) }), { date: memberOf(prove(), 'date') }),
      'signature',
    ],
    ['a time to come', () => prove({ at: new Date(now().getTime() + 31_000) }), 'not_yet_valid'],
    ['another nonce', () => tampered(prove(), { nonce: 'n'.repeat(32) }), 'signature'],
    ['another session', () => tampered(prove(), { token: memberOf(prove({ roleArn: OTHER }), 'token') }), 'signature'],
  ])('%s is refused', async (_what, made, fault) => {
    expect(await faultOf(made())).toBe(fault);
    expect([identity.stored.sessions.size, identity.stored.burnt.size]).toEqual([0, 0]);
  });

  test('at the edge of a minute it is taken', async () => {
    expect(await verdict(prove({ at: new Date(now().getTime() - 60_000) }))).toBe('accepted');
  });
});

describe('a proof of another form, of which AWS is told nothing', () => {
  const authorization = (change: (text: string) => string) => {
    const proof = prove();
    return tampered(proof, { authorization: change(memberOf(proof, 'authorization')) });
  };
  test.each<[string, () => string, string]>([
    ['a header that is not signed', () => authorization((text) => text.replace(';x-hatcheck-audience', '')), 'header'],
    ['the nonce not signed', () => authorization((text) => text.replace(';x-hatcheck-nonce', '')), 'header'],
    [
      'one header more',
      () => authorization((text) => text.replace('SignedHeaders=', 'SignedHeaders=accept;')),
      'header',
    ],
    ['another service', () => authorization((text) => text.replace('/sts/', '/iam/')), 'header'],
    [
      'another scheme',
      () => authorization((text) => text.replace('AWS4-HMAC-SHA256', 'AWS4-ECDSA-P256-SHA256')),
      'header',
    ],
    ['a line break in the signature', () => authorization((text) => `${text}\r\nx-evil: 1`), 'header'],
    [
      'a line break in the session token',
      () => tampered(prove(), { token: 'x'.repeat(32) + '\r\nHost: evil' }),
      'header',
    ],
    ['another day', () => authorization((text) => text.replace(/\/\d{8}\//, '/20200101/')), 'header'],
    ['a date of another form', () => tampered(prove(), { date: new Date().toISOString() }), 'header'],
    ['a short nonce', () => tampered(prove(), { nonce: 'short' }), 'header'],
    ['a date that is none', () => tampered(prove(), { date: '20261340T000000Z' }), 'header'],
    ['SSRF: a region that is a host', () => tampered(prove(), { region: 'evil.example.com/' }), 'issuer'],
    ['SSRF: a region with a user before it', () => tampered(prove(), { region: 'x@127.0.0.1:80/#' }), 'issuer'],
    ['SSRF: an address of their own', () => tampered(prove(), { url: 'http://169.254.169.254/' }), 'malformed'],
    ['a method of their own', () => tampered(prove(), { method: 'GET' }), 'malformed'],
    ['a body of their own', () => tampered(prove(), { body: 'Action=AssumeRole' }), 'malformed'],
    ['a member missing', () => tampered(prove(), { nonce: undefined }), 'malformed'],
    ['a member that is no text', () => tampered(prove(), { nonce: 1 }), 'malformed'],
    [
      'a member twice',
      () =>
        Buffer.from(Buffer.from(prove(), 'base64url').toString().replace('{', '{"audience":"x",')).toString(
          'base64url',
        ),
      'malformed',
    ],
    ['no JSON', () => Buffer.from('none').toString('base64url'), 'malformed'],
    ['no base64url', () => '%%%', 'malformed'],
    ['more than 16 KiB', () => 'a'.repeat(16_385), 'too_large'],
  ])('%s is refused', async (_what, made, fault) => {
    const before = stsCalls();
    expect(await faultOf(made())).toBe(fault);
    expect(stsCalls()).toBe(before);
  });
});

describe('replay', () => {
  test('a proof is taken once, of fifty at the same time too', async () => {
    const proof = prove();
    const verdicts = await Promise.all(Array.from({ length: 50 }, () => verdict(proof)));
    expect(verdicts.filter((outcome) => outcome === 'accepted')).toHaveLength(1);
    expect(identity.stored.sessions.size).toBe(1);
    expect(reasons().toSorted()).toEqual(['replayed', 'signin.succeeded']);
  });

  test('the same under another spelling is too', async () => {
    const proof = prove();
    expect(await verdict(proof)).toBe('accepted');
    expect(await faultOf(tampered(proof, {}))).toBe('replayed');
    expect(await faultOf(`${proof}A`)).toMatch(/malformed|replayed/);
  });

  test('it stays used for longer than anybody takes it, whatever the clocks', async () => {
    await verdict(prove());
    const [until = ''] = [...identity.stored.burnt].flatMap(([key, at]) => (key.startsWith('aws-proof#') ? [at] : []));
    expect(Date.parse(until) - now().getTime()).toBeGreaterThanOrEqual(119_000);
  });

  test('two proofs of one second are two', async () => {
    expect([await verdict(prove()), await verdict(prove())]).toEqual(['accepted', 'accepted']);
  });
});

test.each([
  ['eu-west-1', 'https://sts.eu-west-1.amazonaws.com/'],
  ['us-gov-west-1', 'https://sts.us-gov-west-1.amazonaws.com/'],
  ['cn-north-1', 'https://sts.cn-north-1.amazonaws.com.cn/'],
])('of %s AWS’s own host is asked, and no other: %s', async (region, place) => {
  const asked: string[] = [];
  const regional = { ...provider, regions: [region] };
  identity = {
    ...memoryIdentity([regional], { clock }),
    askSts: (url) => {
      asked.push(url.href);
      return Promise.reject(new Error('far enough'));
    },
  };
  expect(await verdict(prove({ region }))).toBe('temporarily_unavailable');
  expect(asked).toEqual([place]);
});

test('another role of the same account is refused, and that is on record', async () => {
  expect(await faultOf(prove({ roleArn: OTHER }))).toBe('not_matched');
  expect(reasons()).toEqual(['not_matched']);
});

test('confusion: a session that is named like the role is that of its own role', async () => {
  expect(await faultOf(prove({ roleArn: OTHER, sessionName: 'deployer' }))).toBe('not_matched');
});

describe('whoever answers in the place of STS', () => {
  let server: Server | undefined;
  afterEach(async () => {
    if (server) await closeServer(server);
    server = undefined;
  });
  const answering = async (answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<void> => {
    server = createServer(answer);
    identity = identityAt(`http://127.0.0.1:${await listenOnLoopback(server, 0)}/`, 2000);
  };
  const xml = (elements: string): string =>
    `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>${elements}` +
    '</GetCallerIdentityResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetCallerIdentityResponse>';
  const elements = (arn: string, userId = 'AROAABCDEFGHIJKLMNOP:i-1', account = ACCOUNT): string =>
    `<Arn>${arn}</Arn><UserId>${userId}</UserId><Account>${account}</Account>`;
  const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/deployer/i-1`;

  test('the control: an answer as AWS gives it is believed', async () => {
    await answering((_request, response) => response.end(xml(elements(SESSION))));
    expect(await verdict(prove())).toBe('accepted');
  });

  test('a role of that name in another account is another', async () => {
    const elsewhere = elements('arn:aws:sts::444455556666:assumed-role/deployer/i-1', undefined, '444455556666');
    await answering((_request, response) => response.end(xml(elsewhere)));
    expect(await faultOf(prove())).toBe('not_matched');
  });

  test('it is asked by POST, with one body, and with nothing of ours', async () => {
    const asked: unknown[] = [];
    await answering((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        asked.push([request.method, request.url, body, request.headers['x-hatcheck-audience'], request.headers.cookie]);
        response.end(xml(elements(SESSION)));
      });
    });
    await verdict(prove());
    expect(asked).toEqual([
      ['POST', '/', 'Action=GetCallerIdentity&Version=2011-06-15', 'hatcheck.example.com', undefined],
    ]);
  });

  test.each<[string, string]>([
    ['a user', elements(`arn:aws:iam::${ACCOUNT}:user/deployer`, 'AIDAABCDEFGHIJKLMNOP')],
    ['the root', elements(`arn:aws:iam::${ACCOUNT}:root`, ACCOUNT)],
    ['a federated user', elements(`arn:aws:sts::${ACCOUNT}:federated-user/deployer`, `${ACCOUNT}:deployer`)],
    ['a role of another account than it says', elements(SESSION, undefined, '444455556666')],
    ['another session than its id says', elements(SESSION, 'AROAABCDEFGHIJKLMNOP:i-2')],
    ['a path in the name', elements(`arn:aws:sts::${ACCOUNT}:assumed-role/x/deployer/i-1`)],
  ])('%s is no role’s session', async (_what, content) => {
    await answering((_request, response) => response.end(xml(content)));
    expect(await faultOf(prove())).toBe('subject');
  });

  test.each<[string, string]>([
    ['an element twice', xml(`<Arn>${SESSION}</Arn>${elements(SESSION)}`)],
    ['two of one and none of another', xml(`<Arn>${SESSION}</Arn><Arn>${SESSION}</Arn><Account>${ACCOUNT}</Account>`)],
    ['a comment', xml(elements(SESSION).replace('deployer', 'deploy<!-- -->er'))],
    ['an entity', xml(elements(SESSION).replace('deployer', 'deploy&#101;r'))],
    ['another namespace', xml(elements(SESSION)).replace('2011-06-15', '2010-05-08')],
    ['something behind it', `${xml(elements(SESSION))}<x/>`],
    ['another action’s answer', xml(elements(SESSION)).replaceAll('GetCallerIdentity', 'AssumeRole')],
    ['nothing', ''],
    ['JSON', '{"GetCallerIdentityResponse":{}}'],
  ])('an answer with %s says nothing of anybody', async (_what, body) => {
    await answering((_request, response) => response.end(body));
    expect(await verdict(prove())).toBe('temporarily_unavailable');
    expect(identity.stored.sessions.size).toBe(0);
  });

  test.each<[string, (request: IncomingMessage, response: ServerResponse) => void]>([
    ['sends elsewhere', (_request, response) => response.writeHead(307, { location: '/elsewhere' }).end()],
    ['fails', (_request, response) => response.writeHead(500).end(xml(elements(SESSION)))],
    ['throttles', (_request, response) => response.writeHead(429).end()],
    ['resets', (request) => request.socket.destroy()],
    ['does not answer', () => undefined],
    ['answers more than 16 KiB', (_request, response) => response.end(xml(elements(SESSION)) + ' '.repeat(16_385))],
  ])('one that %s opens nothing, and whoever asks may come again', async (_what, answer) => {
    await answering(answer);
    expect(await verdict(prove())).toBe('temporarily_unavailable');
    expect([identity.stored.sessions.size, identity.stored.burnt.size]).toEqual([0, 0]);
  });
});
