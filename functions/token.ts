import { surroundings } from '../lib/broker/system.ts';
import { onLambda } from '../lib/config/bundled.ts';
import type { Config } from '../lib/config/environment.ts';
import { api } from '../lib/http/api.ts';
import { tokenRoutes } from '../lib/http/contract/token.ts';
import { OAuthError } from '../lib/http/oauth-error.ts';
import { AssertionRefused } from '../lib/identity/assertion-refused.ts';
import { beginDevice } from '../lib/identity/oauth/begin-device.ts';
import { type GrantForm, redeemAuthorizationCode, rotateRefreshToken } from '../lib/identity/oauth/grants.ts';
import { DEVICE_GRANT, redeemDeviceCode } from '../lib/identity/oauth/redeem-device.ts';
import { revokeToken } from '../lib/identity/oauth/revoke.ts';
import type { ExchangeParts } from '../lib/identity/saml-exchange.ts';
import { authenticator } from '../lib/identity/sessions.ts';
import { type ExchangeForm, ExchangeRefused, exchangeToken } from '../lib/identity/token-exchange.ts';
import { authorizeRoutes } from './authorize.ts';
import { deviceRoutes } from './device.ts';
import { meterOf } from './meter-of.ts';
import { boundedFetch } from '../lib/outbound/bounded-fetch.ts';
import { metadataOf } from './oauth-metadata.ts';
import { signInParts } from './sign-in-wiring.ts';

const STATUS: Readonly<Partial<Record<ExchangeRefused['code'], number>>> = {
  invalid_client: 401,
  temporarily_unavailable: 503,
};

export const create = (config: Config, around = surroundings('token')) => {
  const { origin } = config;
  const { logger } = around;
  const parts = { ...signInParts(config, around), ...asking(config) };

  const refused = (error: unknown, callId: string): never => {
    if (!(error instanceof ExchangeRefused)) throw error;
    const { code, message, cause } = error;
    // Which check it was is for the operator only; the log has no claim of the token.
    if (cause instanceof AssertionRefused)
      logger.info('a subject token was refused', { callId, code, reason: cause.fault });
    throw new OAuthError(code, message, STATUS[code] ?? 400, { cause });
  };

  const grant = (form: ExchangeForm & GrantForm) => {
    if (form.grant_type === 'authorization_code') return redeemAuthorizationCode(parts, form);
    if (form.grant_type === 'refresh_token') return rotateRefreshToken(parts, form);
    if (form.grant_type === DEVICE_GRANT) return redeemDeviceCode(parts, form);
    return exchangeToken(parts, form);
  };

  return api({
    ...{ origin, logger, authenticate: authenticator(parts), meter: meterOf(config, around) },
    contract: tokenRoutes,
    routes: {
      ...authorizeRoutes(parts, origin),
      ...deviceRoutes(parts),
      'POST /oauth/device_authorization': async ({ body, headers, sourceIp, callId }) => {
        publicClientsOnly(headers);
        const begun = beginDevice(parts, body, sourceIp);
        return { status: 200, json: await begun.catch((error: unknown) => refused(error, callId)) };
      },
      'POST /oauth/token': async ({ body, headers, callId }) => {
        publicClientsOnly(headers);
        return { status: 200, json: await grant(body).catch((error: unknown) => refused(error, callId)) };
      },
      'POST /oauth/revoke': async ({ body, headers, callId }) => {
        publicClientsOnly(headers);
        await revokeToken(parts, body).catch((error: unknown) => refused(error, callId));
        return { status: 200 };
      },
      'GET /.well-known/oauth-authorization-server': () => Promise.resolve({ status: 200, json: metadataOf(origin) }),
    },
  });
};

/** Who somebody is takes AWS half a kilobyte. */
const MAX_STS_BYTES = 16 * 1024;

const asking = ({ endpoints }: Config): Pick<ExchangeParts, 'askSts' | 'stsEndpoint'> => ({
  askSts: boundedFetch({ maxBytes: MAX_STS_BYTES, timeoutMs: 5000 }),
  ...(endpoints.sts === undefined ? {} : { stsEndpoint: endpoints.sts }),
});

const publicClientsOnly = (headers: Readonly<Record<string, string | undefined>>): void => {
  if (headers['authorization'] !== undefined)
    throw new OAuthError('invalid_client', 'there are public clients only: send no Authorization', 401);
};

export const handler = onLambda(create);
