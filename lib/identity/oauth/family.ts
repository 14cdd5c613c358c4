import { earliest, isBefore, plusSeconds, secondsBetween } from '../../domain/time.ts';
import { endFamily } from '../end-session.ts';
import type { RefreshFamily, Session } from '../ports.ts';
import { SESSION_SECONDS, hashSecret } from '../sessions.ts';
import { ExchangeRefused } from '../token-exchange.ts';
import type { GrantParts, TokenAnswer } from './grant-parts.ts';

const SECRET_BYTES = 32;

/** RFC 6749, 5.2. Which check it was is nobody's business. */
export const invalidGrant = (): ExchangeRefused =>
  new ExchangeRefused('invalid_grant', 'the code or token is not valid, or no longer');

/** The provider that signed the person in must still be one of ours. @throws ExchangeRefused `invalid_grant` */
export const providerOf = ({ providers }: GrantParts, { principal }: RefreshFamily): string => {
  const provider = providers.find(({ issuer }) => issuer === principal.issuer);
  if (!provider) throw invalidGrant();
  return provider.id;
};

/**
 * A new access token and a new refresh token of the family. A family that was revoked meanwhile gets nothing: whoever revokes removes the
 * family before its sessions, so one of the two sees the other.
 * @throws ExchangeRefused `invalid_grant`; HatcheckError `ledger_unavailable`
 */
export const issueTokens = async (parts: GrantParts, family: RefreshFamily): Promise<TokenAnswer> => {
  const { sessions, refreshTokens, families, chance, clock } = parts;
  const { handle } = family.principal;
  const [access, refresh] = [chance.token(SECRET_BYTES), chance.token(SECRET_BYTES)];
  const now = clock.now();
  if (!isBefore(now, family.expiresAt)) throw invalidGrant();
  const session: Session = {
    ...{ principal: family.principal, via: 'bearer', tokenHash: hashSecret(access), createdAt: now, family: family.id },
    expiresAt: earliest(plusSeconds(now, SESSION_SECONDS.bearer), family.expiresAt),
  };
  await Promise.all([
    sessions.put(session),
    refreshTokens.put({ handle, tokenHash: hashSecret(refresh), family: family.id, expiresAt: family.expiresAt }),
  ]);
  if (!(await families.get(handle, family.id))) {
    await sessions.remove(handle, session.tokenHash);
    throw invalidGrant();
  }
  return {
    access_token: `${handle}.${access}`,
    token_type: 'Bearer',
    expires_in: Math.floor(secondsBetween(now, session.expiresAt)),
    refresh_token: `${handle}.${refresh}`,
  };
};

/**
 * Somebody used a code or refresh token twice: one of the two has stolen it, and nobody can say who (RFC 9700, 4.14.2). Everything that
 * came of it ends.
 */
export const refuseReuse = async (parts: GrantParts, handle: string, family: string): Promise<never> => {
  await endFamily(parts, { handle, family, kind: 'person' }, 'reused');
  throw invalidGrant();
};
