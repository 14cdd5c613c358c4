import { surroundings } from '../lib/broker/system.ts';
import { onLambda } from '../lib/config/bundled.ts';
import type { Config } from '../lib/config/environment.ts';
import { HatcheckError, refuse } from '../lib/domain/errors.ts';
import { api } from '../lib/http/api.ts';
import { OAuthError } from '../lib/http/oauth-error.ts';
import { AssertionRefused } from '../lib/identity/assertion-refused.ts';
import { ExchangeRefused, TOKEN_EXCHANGE, exchangeToken } from '../lib/identity/token-exchange.ts';
import { signInParts } from './sign-in-wiring.ts';

const STATUS: Readonly<Partial<Record<ExchangeRefused['code'], number>>> = {
  invalid_client: 401,
  temporarily_unavailable: 503,
};

export const create = (config: Config, around = surroundings('token')) => {
  const { origin } = config;
  const { logger } = around;
  const parts = signInParts(config, around);

  const refused = (error: unknown, callId: string): never => {
    if (!(error instanceof ExchangeRefused)) throw error;
    const { code, message, cause } = error;
    // Which check it was is for the operator only; the log has no claim of the token.
    if (cause instanceof AssertionRefused)
      logger.info('an ID token was refused', { callId, code, reason: cause.fault });
    throw new OAuthError(code, message, STATUS[code] ?? 400, { cause });
  };

  return api({
    ...{ origin, logger },
    authenticate: () =>
      Promise.reject(new HatcheckError(refuse('not_signed_in', 'nobody signs in with a session here'))),
    routes: {
      'POST /oauth/token': async ({ body, headers, callId }) => {
        if (headers['authorization'] !== undefined)
          throw new OAuthError('invalid_client', 'there are public clients only: send no Authorization', 401);
        return {
          status: 200,
          json: await exchangeToken(parts, body).catch((error: unknown) => refused(error, callId)),
        };
      },
      'GET /.well-known/oauth-authorization-server': () =>
        Promise.resolve({
          status: 200,
          json: {
            issuer: origin,
            token_endpoint: `${origin}/oauth/token`,
            grant_types_supported: [TOKEN_EXCHANGE],
            // RFC 8414, 2: required, and empty as long as there is no authorization endpoint.
            response_types_supported: [],
            token_endpoint_auth_methods_supported: ['none'],
          },
        }),
    },
  });
};

export const handler = onLambda(create);
