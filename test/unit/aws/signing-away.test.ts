import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from '@jest/globals';
import { kmsAssertions } from '../../../lib/aws/assertions.ts';
import { kmsClient } from '../../../lib/aws/kms-client.ts';
import { RoleSessionError } from '../../../lib/broker/ports.ts';
import { systemChance, systemClock } from '../../../lib/broker/system.ts';
import type { RoleSessionOrder } from '../../../lib/domain/role-session.ts';
import { type Answer, type RecordingServer, recordingServer, reset, silence } from './recording-server.ts';

const order = (via: 'webIdentity' | 'saml'): RoleSessionOrder => ({
  ...{ via, roleArn: 'arn:aws:iam::111122223333:role/hatcheck/Admin', region: 'eu-west-1' },
  ...(via === 'saml' ? { providerArn: 'arn:aws:iam::111122223333:saml-provider/hatcheck' } : {}),
  ...{ requestId: 'r_1', entitlementId: 'prod-admin', sessionName: 'engineer@example.com=abcdefgh' },
  ...{ sourceIdentity: 'p_0123456789012345678901234567890123456789012', durationSeconds: 900 },
  ...{ endsAt: '2026-01-01T13:00:00.000Z', tags: { 'hatcheck-request': 'r_1' }, transitive: false },
  policy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
});

const refused =
  (status: number, name: string): Answer =>
  (response) =>
    response
      .writeHead(status, { 'content-type': 'application/x-amz-json-1.1' })
      .end(JSON.stringify({ __type: name, message: 'arn:aws:kms:eu-west-1:777788889999:key/secret-name' }));

describe.each(['webIdentity', 'saml'] as const)('signing for a session by %s', (via) => {
  let server: RecordingServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  const failing = async (answer: Answer): Promise<unknown> => {
    server = await recordingServer(answer);
    const client = kmsClient({
      ...{ region: 'eu-west-1', endpoint: server.origin },
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    const around = { client, keyId: 'the-key', clock: systemClock, chance: systemChance };
    const published = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', kid: 'kid', use: 'sig', alg: 'ES256' } as const;
    const assertions = kmsAssertions({
      tokens: { ...around, issuer: 'https://issuer.example.com', publicKey: () => Promise.resolve(published) },
      responses: { ...around, entityId: 'https://issuer.example.com/saml' },
    });
    return assertions.sign(order(via)).catch((error: unknown) => error);
  };

  test.each<[string, Answer, string, number]>([
    ['refuses', refused(400, 'AccessDeniedException'), 'Signing.AccessDeniedException', 1],
    ['has a key that is disabled', refused(400, 'DisabledException'), 'Signing.DisabledException', 1],
    ['throttles', refused(400, 'ThrottlingException'), 'Signing.ThrottlingException', 2],
    ['fails', refused(500, 'KMSInternalException'), 'Signing.KMSInternalException', 2],
    ['resets', reset, 'Signing.Error', 2],
    ['does not answer', silence, 'Signing.TimeoutError', 2],
    ['answers without a signature', (response) => response.end('{}'), 'Signing.TypeError', 1],
  ])(
    'where KMS %s: failed, since nothing was opened, with a code and nothing else',
    async (_what, answer, reason, tries) => {
      const error = await failing(answer);
      expect(error).toBeInstanceOf(RoleSessionError);
      expect(error).toMatchObject({ outcome: 'failed', message: reason });
      expect(server?.calls).toHaveLength(tries);
      // What was to be signed would open the session, had it a signature.
      expect(inspect(error, { depth: 9 })).not.toContain('engineer@example.com');
    },
    20_000,
  );
});
