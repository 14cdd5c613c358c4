import { inspect } from 'node:util';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { stsRoleSessions } from '../../../lib/aws/role-sessions.ts';
import { RoleSessionError } from '../../../lib/broker/ports.ts';
import type { RoleSessionOrder } from '../../../lib/domain/role-session.ts';
import { type Answer, type RecordingServer, recordingServer, reset, silence } from './recording-server.ts';

const SECRET = 'the-secret-access-key';
const TOKEN = 'the-session-token';
const OWN = { accessKeyId: 'AKIAOWN', secretAccessKey: 'own', sessionToken: 'own-token' };

const order = (changes: Partial<RoleSessionOrder> = {}): RoleSessionOrder => ({
  via: 'assumeRole',
  roleArn: 'arn:aws:iam::111122223333:role/hatcheck/Admin',
  requestId: 'r_1',
  entitlementId: 'prod-admin',
  region: 'eu-west-1',
  externalId: '5f0c9a1e',
  sessionName: 'engineer@example.com=abcdefgh',
  sourceIdentity: 'p_0123456789012345678901234567890123456789012',
  durationSeconds: 900,
  endsAt: '2026-01-01T13:00:00.000Z',
  policy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
  tags: { 'hatcheck-request': 'r_1', 'hatcheck-entitlement': 'prod-admin' },
  transitive: false,
  ...changes,
});

const withoutExternalId = ({ externalId: _externalId, ...rest }: RoleSessionOrder): RoleSessionOrder => rest;

const opened =
  (expiration = '2026-01-01T12:30:00Z', token = TOKEN): Answer =>
  (response) =>
    response.setHeader('content-type', 'text/xml').end(
      `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
        <Credentials><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>${SECRET}</SecretAccessKey>
        ${token === '' ? '' : `<SessionToken>${token}</SessionToken>`}<Expiration>${expiration}</Expiration></Credentials>
      </AssumeRoleResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></AssumeRoleResponse>`,
    );

const packedTo =
  (percent: number): Answer =>
  (response) =>
    response.setHeader('content-type', 'text/xml').end(
      `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
        <Credentials><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>${SECRET}</SecretAccessKey>
        <SessionToken>${TOKEN}</SessionToken><Expiration>2026-01-01T12:30:00Z</Expiration></Credentials>
        <PackedPolicySize>${percent}</PackedPolicySize></AssumeRoleResult>
        <ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></AssumeRoleResponse>`,
    );

const refused =
  (status: number, code: string): Answer =>
  (response) =>
    response.writeHead(status, { 'content-type': 'text/xml' }).end(
      `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
        <Code>${code}</Code><Message>arn:aws:iam::111122223333:role/private is not authorized</Message></Error>
        <RequestId>1</RequestId></ErrorResponse>`,
    );

describe('opening a role session', () => {
  let server: RecordingServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  const pause = jest.fn((_ms: number) => Promise.resolve());
  const against = async (...answers: readonly Answer[]) => {
    pause.mockClear();
    server = await recordingServer(...answers);
    return sessionsAt(server.origin);
  };
  const sessionsAt = (endpoint: string) =>
    stsRoleSessions({
      endpoint,
      credentials: OWN,
      pause,
      fraction: () => 0.5,
      timeouts: { connectMs: 1000, answerMs: 2000 },
    });
  const failureOf = async (opening: Promise<unknown>): Promise<RoleSessionError> => {
    const error = await opening.catch((thrown: unknown) => thrown);
    if (!(error instanceof RoleSessionError)) throw new TypeError('not a RoleSessionError', { cause: error });
    return error;
  };

  test.each([
    [79, []],
    [80, [80]],
    [100, [100]],
  ])('tells when AWS packed policy and tags to %d per cent', async (percent, expected) => {
    server = await recordingServer(packedTo(percent));
    const told: number[] = [];
    const sessions = stsRoleSessions({
      ...{ endpoint: server.origin, credentials: OWN },
      nearlyFull: (full, { entitlementId }) => {
        if (entitlementId === 'prod-admin') told.push(full);
      },
    });
    expect((await sessions.open(order())).accessKeyId).toBe('ASIA1');
    expect(told).toEqual(expected);
  });

  test('asks for exactly what the order says', async () => {
    const sessions = await against(opened());
    await sessions.open(order());
    expect(Object.fromEntries(server!.calls[0]!.form)).toEqual({
      Action: 'AssumeRole',
      Version: '2011-06-15',
      RoleArn: 'arn:aws:iam::111122223333:role/hatcheck/Admin',
      RoleSessionName: 'engineer@example.com=abcdefgh',
      SourceIdentity: 'p_0123456789012345678901234567890123456789012',
      ExternalId: '5f0c9a1e',
      DurationSeconds: '900',
      Policy: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
      'Tags.member.1.Key': 'hatcheck-request',
      'Tags.member.1.Value': 'r_1',
      'Tags.member.2.Key': 'hatcheck-entitlement',
      'Tags.member.2.Value': 'prod-admin',
    });
  });

  test('makes the tags transitive where the order says so, and sends no ExternalId where there is none', async () => {
    const sessions = await against(opened());
    await sessions.open(withoutExternalId(order({ transitive: true })));
    const { form } = server!.calls[0]!;
    expect([form.get('TransitiveTagKeys.member.1'), form.get('TransitiveTagKeys.member.2')]).toEqual([
      'hatcheck-request',
      'hatcheck-entitlement',
    ]);
    expect(form.has('ExternalId')).toBe(false);
  });

  test('signs for the region of the account, each region with a client of its own', async () => {
    const sessions = await against(opened());
    for (const region of ['eu-west-1', 'us-gov-west-1', 'eu-west-1']) await sessions.open(order({ region }));
    const scopes = server!.calls.map(({ headers }) => headers.authorization?.split('/').slice(2, 4).join('/'));
    expect(scopes).toEqual(['eu-west-1/sts', 'us-gov-west-1/sts', 'eu-west-1/sts']);
  });

  test('gives the credentials, the secret parts redacted wherever they are printed', async () => {
    const sessions = await against(opened());
    const credentials = await sessions.open(order());
    expect(credentials.accessKeyId).toBe('ASIA1');
    expect([credentials.secretAccessKey.reveal(), credentials.sessionToken.reveal()]).toEqual([SECRET, TOKEN]);
    expect(JSON.stringify(credentials) + inspect(credentials, { depth: 9, showHidden: true })).not.toMatch(
      new RegExp(`${SECRET}|${TOKEN}`),
    );
  });

  test.each([
    ['that STS gives, when the grant is longer', '2026-01-01T12:30:00Z', '2026-01-01T12:30:00.000Z'],
    ['of the grant, when STS gives more', '2026-01-01T13:30:00Z', '2026-01-01T13:00:00.000Z'],
  ])('expires at the end %s', async (_what, given, expected) => {
    const sessions = await against(opened(given));
    expect((await sessions.open(order())).expiration).toBe(expected);
  });

  test.each([
    [403, 'AccessDenied'],
    [400, 'ValidationError'],
    [400, 'MalformedPolicyDocument'],
    [400, 'PackedPolicyTooLarge'],
    [403, 'RegionDisabledException'],
    [403, 'ExpiredToken'],
    [403, 'SignatureDoesNotMatch'],
    [400, 'SomethingNew'],
  ])('AWS says no (%i %s): failed, after one try', async (status, code) => {
    const sessions = await against(refused(status, code));
    const error = await failureOf(sessions.open(order()));
    expect([error.outcome, server!.calls.length]).toEqual(['failed', 1]);
    // The SDK knows some by another name.
    expect(error.message.replace('Exception', '')).toBe(code.replace('Exception', ''));
  });

  test("AWS's own words stay with the operator", async () => {
    const sessions = await against(refused(403, 'AccessDenied'));
    const error = await failureOf(sessions.open(order()));
    expect(error.message).toBe('AccessDenied');
    expect(error.cause).toMatchObject({ message: expect.stringContaining('role/private') });
  });

  test('throttled: tries again, with longer pauses', async () => {
    const sessions = await against(refused(400, 'Throttling'), refused(429, 'TooManyRequests'), opened());
    expect((await sessions.open(order())).accessKeyId).toBe('ASIA1');
    expect(pause.mock.calls).toEqual([[100], [200]]);
  });

  test('throttled to the end: failed', async () => {
    const sessions = await against(refused(400, 'Throttling'));
    const error = await failureOf(sessions.open(order()));
    expect([error.outcome, error.message, server!.calls.length]).toEqual(['failed', 'Throttling', 3]);
  });

  test.each<[string, Answer]>([
    ['AWS fails', refused(500, 'InternalFailure')],
    ['AWS is not available', refused(503, 'ServiceUnavailable')],
    ['a proxy says that the request took too long', refused(408, 'RequestTimeout')],
    ['nothing is answered', silence],
    ['the connection is reset', reset],
    ['the answer breaks off', (response) => response.writeHead(200, { 'content-length': 9999 }).write('<Assume')],
    ['the answer is no XML', (response) => response.end(`not XML: ${SECRET}`)],
    ['the answer lacks the token', opened(undefined, '')],
    ['the answer has no time in it', opened('soon')],
    ['the answer is empty', (response) => response.end()],
  ])('%s: unknown, and no second try that might open a second role session', async (_what, answer) => {
    const sessions = await against(answer);
    const error = await failureOf(sessions.open(order()));
    expect([error.outcome, server!.calls.length]).toEqual(['unknown', 1]);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(SECRET);
  });

  test('no connection is kept for the next call', async () => {
    const sessions = await against(opened());
    await sessions.open(order());
    expect(server!.calls[0]!.headers.connection).toBe('close');
  });

  const TAGS_51 = Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`k${n}`, 'v']));
  const policyOf = (text: string): RoleSessionOrder['policy'] => ({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Deny', Sid: text, Action: ['*'], Resource: ['*'] }],
  });

  test.each<[string, string, Partial<RoleSessionOrder>]>([
    ['a session policy of 2,049 characters', 'session_policy', { policy: policyOf('x'.repeat(2049 - 97)) }],
    ['a session policy beyond Latin-1', 'session_policy', { policy: policyOf('ａ') }],
    ['a session name of 65 characters', 'session_name', { sessionName: 'a'.repeat(65) }],
    ['a session name of one character', 'session_name', { sessionName: 'a' }],
    ['a session name with a line break at its end', 'session_name', { sessionName: 'engineer\n' }],
    ['a session name with a homoglyph', 'session_name', { sessionName: 'еngineer' }],
    ['a source identity with a space', 'source_identity', { sourceIdentity: 'p _' }],
    ['a source identity that AWS reserves', 'source_identity', { sourceIdentity: 'AWS:x' }],
    ['an ExternalId with a comment in it', 'external_id', { externalId: 'a#b' }],
    ['a role that is none', 'role_arn', { roleArn: 'arn:aws:iam::111122223333:user/x' }],
    ['a role with a wildcard', 'role_arn', { roleArn: 'arn:aws:iam::111122223333:role/*' }],
    ['less than 900 seconds', 'duration', { durationSeconds: 899 }],
    ['more than role chaining allows', 'duration', { durationSeconds: 3601 }],
    ['half a second', 'duration', { durationSeconds: 900.5 }],
    ['51 tags', 'tags', { tags: TAGS_51 }],
    ['two tags that differ in case only', 'tags', { tags: { Ticket: '1', ticket: '2' } }],
    ['a tag that AWS reserves', 'tags', { tags: { 'aws:x': '1' } }],
    ['a tag value of 257 characters', 'tags', { tags: { k: 'x'.repeat(257) } }],
    ['a tag value with a line break', 'tags', { tags: { k: 'a\r\nb' } }],
  ])('%s is refused before AWS is asked', async (_what, reason, changes) => {
    const sessions = await against(opened());
    const error = await failureOf(sessions.open(order(changes)));
    expect([error.outcome, error.message, server!.calls.length]).toEqual(['failed', reason, 0]);
  });

  test('a session policy of 2,048 characters is let through', async () => {
    const policy = policyOf('x'.repeat(2048 - 97));
    expect(JSON.stringify(policy)).toHaveLength(2048);
    const sessions = await against(opened());
    await expect(sessions.open(order({ policy }))).resolves.toBeDefined();
  });
});
