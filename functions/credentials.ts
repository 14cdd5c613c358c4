import { dynamoDbClient } from '../lib/aws/clients.ts';
import { federationConsole } from '../lib/aws/console-sign-in.ts';
import { dynamoSessions } from '../lib/aws/sessions.ts';
import { dynamoLedger } from '../lib/aws/ledger.ts';
import { stsRoleSessions } from '../lib/aws/role-sessions.ts';
import { issueCredentials } from '../lib/broker/issue.ts';
import { type ConsoleIssuer, openConsole } from '../lib/broker/open-console.ts';
import { surroundings } from '../lib/broker/system.ts';
import { onLambda } from '../lib/config/bundled.ts';
import type { Config } from '../lib/config/environment.ts';
import { HatcheckError, badInput } from '../lib/domain/errors.ts';
import { api } from '../lib/http/api.ts';
import { credentialsRoutes } from '../lib/http/contract/credentials.ts';
import { authenticator } from '../lib/identity/sessions.ts';
import { assertionsOf } from './assertions-wiring.ts';
import { onCallOf } from './outside-wiring.ts';
import { awsAccess } from './aws-access.ts';
import { meterOf } from './meter-of.ts';
import { seeOther } from './see-other.ts';
import { timedIssuer } from './timed-issuer.ts';
import { warningTo } from './warning-to.ts';

export const create = (config: Config, around = surroundings('credentials')) => {
  const { clock, chance, logger } = around;
  const { policy, origin, tables, endpoints } = config;
  const client = dynamoDbClient(awsAccess(config, 'dynamodb'));
  const untimed: ConsoleIssuer = {
    ...{ policy, clock, chance, ...onCallOf(config, { clock, logger }) },
    ledger: dynamoLedger({ client, table: tables.ledger }),
    roleSessions: stsRoleSessions({
      endpoint: endpoints.sts,
      nearlyFull: (percent, { entitlementId, requestId }) => {
        logger.warn('session.nearly_full', { reason: `packed to ${percent} %`, entitlementId, requestId });
      },
    }),
    ...assertionsOf(config, { clock, chance }),
    consoleSignIn: federationConsole({
      endpoint: endpoints.federation,
      consoleOrigin: endpoints.console,
      issuer: origin,
      clock,
    }),
    warn: warningTo(logger),
  };
  const sessions = dynamoSessions({ client, table: tables.identity, clock });
  const meter = meterOf(config, around);
  const { issuer, authenticate } = timedIssuer(
    { issuer: untimed, authenticate: authenticator({ sessions, clock }) },
    meter,
  );
  return api({
    ...{ origin, logger, authenticate, meter },
    contract: credentialsRoutes,
    routes: {
      'POST /v1/requests/{id}/credentials': async ({ path, principal, claimedHandle, remainingMs }) => {
        const { accessKeyId, secretAccessKey, sessionToken, expiration } = await issueCredentials(issuer, {
          ...{ requestId: path.id, caller: principal, patience: { remainingMs } },
          ...(claimedHandle === undefined ? {} : { claimed: claimedHandle }),
        });
        // The form that the AWS CLI's credential_process reads.
        const secrets = { SecretAccessKey: secretAccessKey.reveal(), SessionToken: sessionToken.reveal() };
        return { status: 200, json: { Version: 1, AccessKeyId: accessKeyId, ...secrets, Expiration: expiration } };
      },
      'POST /v1/requests/{id}/console': async ({ path, principal, claimedHandle, remainingMs, body, isFormPost }) => {
        // What a browser is sent to by a form, it is sent to once: no form that is posted again opens anything.
        if (isFormPost && body.once === undefined)
          throw new HatcheckError(badInput('/once', 'required', 'a value that this form alone has'));
        const { url, expiresAt } = await openConsole(issuer, {
          ...{ requestId: path.id, caller: principal, patience: { remainingMs } },
          ...(claimedHandle === undefined ? {} : { claimed: claimedHandle }),
          ...body,
        });
        // 303, so that the browser does not post its form to AWS.
        if (isFormPost) return seeOther({ location: url.reveal() });
        return { status: 200, json: { url: url.reveal(), expiresAt } };
      },
    },
  });
};

export const handler = onLambda(create);
