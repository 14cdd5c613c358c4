import { endFamily, endSession } from '../end-session.ts';
import { sessionKeyOf } from '../sessions.ts';
import { ExchangeRefused } from '../token-exchange.ts';
import type { GrantParts } from './grant-parts.ts';
import { checkClient } from './grants.ts';

/** The parameters of RFC 7009, 2.1. What kind of token it is shows where it is found: nobody need say. */
export interface RevocationForm {
  readonly client_id?: string;
  readonly token?: string;
}

/**
 * Ends what the token is of: with a refresh token, a used one too, the whole sign-in of that command line; with an access token that of
 * whoever got it. A token that is none of ours, or no longer, is as good as revoked (RFC 7009, 2.2).
 * @throws ExchangeRefused `invalid_client`, `invalid_request`; HatcheckError `ledger_unavailable`: it may still be good
 */
export const revokeToken = async (parts: GrantParts, { client_id: clientId, token }: RevocationForm): Promise<void> => {
  checkClient(clientId === undefined ? {} : { client_id: clientId });
  if (token === undefined) throw new ExchangeRefused('invalid_request', 'token is required');
  const key = sessionKeyOf(token);
  if (!key) return;
  const { handle, tokenHash } = key;
  const [refresh, session] = await Promise.all([
    parts.refreshTokens.get(handle, tokenHash),
    parts.sessions.get(handle, tokenHash),
  ]);
  // NB. a browser's cookie is no token of a client's: whoever could send it here could send it anywhere, past the CSRF checks.
  if (session?.via === 'bearer') return endSession(parts, session, 'signed_out');
  const family = refresh && (await parts.families.get(handle, refresh.family));
  if (family) await endFamily(parts, { handle, family: family.id, kind: family.principal.kind }, 'signed_out');
};
