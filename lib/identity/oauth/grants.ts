import { createHash, timingSafeEqual } from 'node:crypto';
import { isBefore, plusSeconds } from '../../domain/time.ts';
import { endAll } from '../end-session.ts';
import type { AuthorizationCode, RefreshFamily } from '../ports.ts';
import { hashSecret, isSecret, sessionKeyOf } from '../sessions.ts';
import { CLIENT_ID, ExchangeRefused } from '../token-exchange.ts';
import { useOnce } from '../use-once.ts';
import { invalidGrant, isFamilyIdle, issueTokens, providerOf, redeemFamily, refuseReuse } from './family.ts';
import type { GrantParts, TokenAnswer } from './grant-parts.ts';
import { askAgain, holderOf, keepUpstream, passUpstream, takeUpstream } from './upstream.ts';

/** The parameters of RFC 6749, 4.1.3 and 6, RFC 7636, 4.5, and RFC 8628, 3.1 and 3.4. */
export interface GrantForm {
  readonly client_id?: string;
  readonly code?: string;
  readonly redirect_uri?: string;
  readonly code_verifier?: string;
  readonly refresh_token?: string;
  readonly device_code?: string;
  readonly scope?: string;
}

/** RFC 7636, 4.1. */
const VERIFIER = /^[A-Za-z0-9\-._~]{43,128}$/;

/** As long as the table keeps a code: a second use is noticed until then. */
const NOTICED_SECONDS = 600;

/**
 * Redeems an authorization code, once. Only whoever holds the verifier spends it: somebody who saw the code pass by can neither use it nor
 * spoil it. Used twice, what it gave is revoked (RFC 6749, 4.1.2).
 * @throws ExchangeRefused; HatcheckError `ledger_unavailable`
 */
export const redeemAuthorizationCode = async (parts: GrantParts, form: GrantForm): Promise<TokenAnswer> => {
  checkClient(form);
  if (form.code === undefined || form.code_verifier === undefined || form.redirect_uri === undefined)
    throw new ExchangeRefused('invalid_request', 'code, code_verifier and redirect_uri are required');
  const code = isSecret(form.code) ? await parts.codes.get(hashSecret(form.code)) : undefined;
  if (!code || !fits(code, form.redirect_uri, form.code_verifier)) throw invalidGrant();
  const isFirst = await useOnce(
    parts.replayGuard,
    `code#${code.codeHash}`,
    plusSeconds(code.expiresAt, NOTICED_SECONDS),
  );
  if (!isFirst) return refuseReuse(parts, code.handle, code.family);
  if (!isBefore(parts.clock.now(), code.expiresAt)) throw invalidGrant();
  const tokens = await redeemFamily(parts, code, 'authorization_code');
  const { handle, familyEndsAt } = code;
  await passUpstream(parts, { handle, secret: form.code }, holderOf(tokens.refresh_token), familyEndsAt);
  return tokens;
};

/**
 * Gives a new access token, and a new refresh token for the one that was used (RFC 9700, 4.14.2). Used twice, the family is revoked.
 * Where the provider gave a refresh token, it is asked for the groups anew, and whether it still speaks for the person: a refusal ends all
 * that they have here. Without one, groups stay as old as the sign-in, so that rules about their age still send the person to sign in again.
 * @throws ExchangeRefused; HatcheckError `ledger_unavailable`
 */
export const rotateRefreshToken = async (parts: GrantParts, form: GrantForm): Promise<TokenAnswer> => {
  checkClient(form);
  if (form.refresh_token === undefined) throw new ExchangeRefused('invalid_request', 'refresh_token is required');
  const key = sessionKeyOf(form.refresh_token);
  const token = key && (await parts.refreshTokens.get(key.handle, key.tokenHash));
  if (!token) throw invalidGrant();
  const isFirst = await useOnce(parts.replayGuard, `refresh#${token.tokenHash}`, token.expiresAt);
  if (!isFirst) return refuseReuse(parts, token.handle, token.family);
  const [family, seenAt] = await Promise.all([
    parts.families.get(token.handle, token.family),
    parts.sessions.lastSeen(token.handle, token.family),
  ]);
  if (!family || isFamilyIdle(seenAt ?? family.createdAt, parts.clock.now())) throw invalidGrant();
  providerOf(parts, family);
  const upstream = await takeUpstream(parts, holderOf(form.refresh_token));
  return upstream === undefined ? issueTokens(parts, family) : renew(parts, family, upstream);
};

const renew = async (parts: GrantParts, family: RefreshFamily, upstream: string): Promise<TokenAnswer> => {
  const asked = await askAgain(parts, family.principal, upstream);
  if (asked === 'refused') {
    await endAll(parts, family.principal, 'provider_refused');
    throw invalidGrant();
  }
  const current = { ...family, principal: asked.principal };
  if (!(await parts.families.confirm(current))) throw invalidGrant();
  const tokens = await issueTokens(parts, current);
  await keepUpstream(parts, holderOf(tokens.refresh_token), asked.refreshToken, family.expiresAt);
  return tokens;
};

/** There is one client, and nothing to choose from. @throws ExchangeRefused `invalid_client`, `invalid_scope` */
export const checkClient = ({ client_id: clientId, scope }: Pick<GrantForm, 'client_id' | 'scope'>): void => {
  if (clientId !== CLIENT_ID) throw new ExchangeRefused('invalid_client', `client_id must be ${CLIENT_ID}`);
  if (scope !== undefined) throw new ExchangeRefused('invalid_scope', 'there are no scopes');
};

/** RFC 6749, 4.1.3 and RFC 7636, 4.6. */
const fits = ({ redirectUri, codeChallenge }: AuthorizationCode, givenUri: string, verifier: string): boolean =>
  givenUri === redirectUri &&
  VERIFIER.test(verifier) &&
  timingSafeEqual(createHash('sha256').update(verifier).digest(), Buffer.from(codeChallenge, 'base64url'));
