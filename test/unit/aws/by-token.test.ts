import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from '@jest/globals';
import { stsRoleSessions } from '../../../lib/aws/role-sessions.ts';
import { RoleSessionError } from '../../../lib/broker/ports.ts';
import { secret } from '../../../lib/broker/secret.ts';
import type { RoleSessionOrder } from '../../../lib/domain/role-session.ts';
import { type Answer, type RecordingServer, recordingServer, reset, silence } from './recording-server.ts';

const TOKEN = secret('the.signed.token');
const ORDER: RoleSessionOrder = {
  ...{ via: 'webIdentity', roleArn: 'arn:aws:iam::111122223333:role/hatcheck/Admin', region: 'eu-west-1' },
  ...{ requestId: 'r_1', entitlementId: 'staging-admin', sessionName: 'engineer@example.com=abcdefgh' },
  ...{ sourceIdentity: 'p_0123456789012345678901234567890123456789012', durationSeconds: 43_200 },
  ...{ endsAt: '2026-01-01T13:00:00.000Z', tags: { 'hatcheck-request': 'r_1' }, transitive: true },
  policy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
};

const openedBy =
  (action: string): Answer =>
  (response) =>
    response.setHeader('content-type', 'text/xml').end(
      `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>
      <Credentials><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>
      <Expiration>2026-01-01T14:00:00Z</Expiration></Credentials></${action}Result>
      <ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></${action}Response>`,
    );

const refused =
  (status: number, code: string): Answer =>
  (response) =>
    response.writeHead(status, { 'content-type': 'text/xml' }).end(
      `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
        <Code>${code}</Code><Message>no</Message></Error><RequestId>1</RequestId></ErrorResponse>`,
    );

const BY_RESPONSE: RoleSessionOrder = {
  ...{ ...ORDER, via: 'saml' },
  providerArn: 'arn:aws:iam::111122223333:saml-provider/hatcheck',
};

describe.each([
  { way: 'token', order: ORDER, member: 'WebIdentityToken', action: 'AssumeRoleWithWebIdentity' },
  { way: 'SAML response', order: BY_RESPONSE, member: 'SAMLAssertion', action: 'AssumeRoleWithSAML' },
])('a role session by $way', ({ order, member, action }) => {
  let server: RecordingServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  const against = async (...answers: readonly Answer[]) => {
    server = await recordingServer(...answers);
    return stsRoleSessions({
      endpoint: server.origin,
      credentials: { accessKeyId: 'AKIAOWN', secretAccessKey: 'own', sessionToken: 'own-token' },
      pause: () => Promise.resolve(),
      timeouts: { connectMs: 1000, answerMs: 2000 },
    });
  };
  const calls = () => server?.calls ?? [];
  const failureOf = async (opening: Promise<unknown>): Promise<RoleSessionError> => {
    const error = await opening.catch((thrown: unknown) => thrown);
    if (!(error instanceof RoleSessionError)) throw new TypeError('not a RoleSessionError', { cause: error });
    return error;
  };

  test('asks for what the order says, with the token alone: our own credentials sign nothing', async () => {
    const sessions = await against(openedBy(action));
    expect((await sessions.open(order, TOKEN)).expiration).toBe(order.endsAt);
    expect(Object.fromEntries(calls()[0]?.form ?? [])).toEqual({
      Action: action,
      Version: '2011-06-15',
      RoleArn: ORDER.roleArn,
      ...(order.via === 'saml' ? { PrincipalArn: order.providerArn } : { RoleSessionName: ORDER.sessionName }),
      DurationSeconds: '43200',
      Policy: JSON.stringify(ORDER.policy),
      [member]: TOKEN.reveal(),
    });
    expect(calls()[0]?.headers.authorization).toBeUndefined();
  });

  test.each([
    [400, 'Throttling'],
    [400, 'IDPCommunicationError'],
  ])('is tried again where AWS says that it did nothing (%i %s), three times at most', async (status, code) => {
    const sessions = await against(refused(status, code), openedBy(action));
    expect((await sessions.open(order, TOKEN)).accessKeyId).toBe('ASIA1');
    await server?.close();
    const never = await against(refused(status, code));
    expect([(await failureOf(never.open(order, TOKEN))).outcome, calls().length]).toEqual(['failed', 3]);
  });

  test.each([
    [400, 'InvalidIdentityToken'],
    [400, 'ExpiredTokenException'],
    [403, 'IDPRejectedClaim'],
    [403, 'AccessDenied'],
  ])('that AWS refuses (%i %s) is failed, after one try', async (status, code) => {
    const sessions = await against(refused(status, code));
    expect([(await failureOf(sessions.open(order, TOKEN))).outcome, calls().length]).toEqual(['failed', 1]);
  });

  test.each<[string, Answer]>([
    ['AWS fails', refused(500, 'InternalFailure')],
    ['nothing is answered', silence],
    ['the connection is reset', reset],
    ['the answer breaks off', (response) => response.writeHead(200, { 'content-length': 9999 }).write('<Assume')],
    ['the answer is empty', (response) => response.end()],
  ])('where %s is unknown, without a second try, and the token is in no error', async (_what, answer) => {
    const sessions = await against(answer);
    const error = await failureOf(sessions.open(order, TOKEN));
    expect([error.outcome, calls().length]).toEqual(['unknown', 1]);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(TOKEN.reveal());
  });

  test('is not asked for without its token, nor for a second more than twelve hours', async () => {
    const sessions = await against(openedBy(action));
    expect((await failureOf(sessions.open(order))).message).toBe('assertion');
    expect((await failureOf(sessions.open({ ...order, durationSeconds: 43_201 }, TOKEN))).message).toBe('duration');
    expect(calls()).toStrictEqual([]);
  });
});
