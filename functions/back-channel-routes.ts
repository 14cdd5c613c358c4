import type { Answer, Call } from '../lib/http/api.ts';
import { OAuthError } from '../lib/http/oauth-error.ts';
import { AssertionRefused, ProviderUnavailable } from '../lib/identity/assertion-refused.ts';
import { type ProviderLogoutParts, endAtProvidersWord } from '../lib/identity/provider-logout.ts';
import type { Logger } from '../lib/logger.ts';

/** Served by the function `signin`. */
export const backChannelRoutes = (parts: ProviderLogoutParts, logger: Logger) => {
  /** OpenID Connect Back-Channel Logout 1.0, 2.8. Which check it was is for the operator only. */
  const refused = (error: unknown, callId: string): never => {
    if (error instanceof ProviderUnavailable)
      throw new OAuthError('temporarily_unavailable', 'the keys of the identity provider cannot be had', 503, {
        cause: error,
      });
    if (!(error instanceof AssertionRefused)) throw error;
    logger.info('a logout token was refused', { callId, code: 'invalid_request', reason: error.fault });
    throw new OAuthError('invalid_request', 'the logout token is not accepted', 400, { cause: error });
  };

  return {
    'POST /oidc/backchannel-logout': async ({
      body,
      callId,
    }: Call<'POST /oidc/backchannel-logout'>): Promise<Answer> => {
      await endAtProvidersWord(parts, body.logout_token).catch((error: unknown) => refused(error, callId));
      return { status: 200 };
    },
  };
};
