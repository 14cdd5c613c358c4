import { isBefore, plusSeconds } from '../../domain/time.ts';
import type { EventData } from '../../domain/event.ts';
import type { Instant } from '../../domain/principal.ts';
import { endFamily } from '../end-session.ts';
import { providerOfPerson } from '../people-providers.ts';
import type { AuthorizationCode, RefreshFamily, Session } from '../ports.ts';
import { recordSignIn } from '../record-sign-in.ts';
import { UNTOLD_SECONDS, hashSecret, lifeSeconds, newSecret, openSession } from '../sessions.ts';
import { ExchangeRefused } from '../token-exchange.ts';
import type { GrantParts, TokenAnswer } from './grant-parts.ts';

/** A long working day, as in the browser. */
const FAMILY_SECONDS = 12 * 3600;

/** A command line that nobody used for half a working day is nobody's. */
const FAMILY_IDLE_SECONDS = 4 * 3600;

/** RFC 6749, 5.2. Which check it was is nobody's business. */
export const invalidGrant = (): ExchangeRefused =>
  new ExchangeRefused('invalid_grant', 'the code or token is not valid, or no longer');

/** The provider that signed the person in must still be one of ours. @throws ExchangeRefused `invalid_grant` */
export const providerOf = ({ providers }: GrantParts, { principal }: RefreshFamily): string => {
  const provider = providerOfPerson(providers, principal.issuer);
  if (!provider) throw invalidGrant();
  return provider.id;
};

/**
 * Puts the family of a consent that was not redeemed yet, so that revoking it works from now on.
 * @param until when whoever was consented to must have come
 * @returns its id @throws HatcheckError `ledger_unavailable`
 */
export const openFamily = async (
  { families, clock, chance }: Pick<GrantParts, 'families' | 'clock' | 'chance'>,
  { principal, providerSession }: Pick<Session, 'principal' | 'providerSession'>,
  until: Instant,
): Promise<string> => {
  const id = newSecret(chance);
  const ofProvider = providerSession === undefined ? {} : { providerSession };
  await families.put({ id, principal, createdAt: clock.now(), expiresAt: until, ...ofProvider });
  return id;
};

/**
 * A family never outlives the browser's session, on whose sign-in it stands, but where it can ask the provider itself.
 * @param asks whether it holds a refresh token of the provider
 */
export const familyEnd = (
  { createdAt, expiresAt }: Pick<Session, 'createdAt' | 'expiresAt'>,
  asks: boolean,
): Instant => (asks ? plusSeconds(createdAt, FAMILY_SECONDS) : expiresAt);

/** When a family that this browser's person may consent to is over at the latest. Whether there is a token to ask with shows only then. */
export const latestEnd = (
  { providers }: Pick<GrantParts, 'providers'>,
  session: Pick<Session, 'principal' | 'createdAt' | 'expiresAt'>,
): Instant => {
  const provider = providerOfPerson(providers, session.principal.issuer);
  return familyEnd(session, provider?.type === 'oidc' && provider.offlineAccess === true);
};

/** Whether the provider spoke for the person lately enough, or would say if it did no longer. */
const isVouchedFor = (
  { providers, clock }: Pick<GrantParts, 'providers' | 'clock'>,
  { principal }: RefreshFamily,
): boolean => {
  const provider = providerOfPerson(providers, principal.issuer);
  if (provider?.type === 'oidc' && provider.backChannelLogout) return true;
  return isBefore(clock.now(), plusSeconds(principal.groupsAt, UNTOLD_SECONDS));
};

/**
 * The first tokens of the family that the person consented to. Recorded first, then given out.
 * @throws ExchangeRefused `invalid_grant` for one that was revoked meanwhile; HatcheckError `ledger_unavailable`
 */
export const redeemFamily = async (
  parts: GrantParts,
  { handle, family: id, familyEndsAt }: Pick<AuthorizationCode, 'handle' | 'family' | 'familyEndsAt'>,
  method: EventData['signin.succeeded']['method'],
): Promise<TokenAnswer> => {
  const consented = await parts.families.get(handle, id);
  if (!consented) throw invalidGrant();
  const provider = providerOf(parts, consented);
  const family = { ...consented, expiresAt: familyEndsAt };
  await recordSignIn(parts, family.principal, {
    type: 'signin.succeeded',
    data: { provider, method, methods: family.principal.methods },
  });
  if (!(await parts.families.confirm(family))) throw invalidGrant();
  return issueTokens(parts, family);
};

/**
 * A new access token and a new refresh token of the family. A family that was revoked meanwhile gets nothing: whoever revokes removes the
 * family before its sessions, so one of the two sees the other.
 * @throws ExchangeRefused `invalid_grant`; HatcheckError `ledger_unavailable`
 */
export const issueTokens = async (parts: GrantParts, family: RefreshFamily): Promise<TokenAnswer> => {
  const { sessions, refreshTokens, families, chance, clock } = parts;
  const { principal, id, expiresAt, providerSession } = family;
  const { handle } = principal;
  const ofProvider = providerSession === undefined ? {} : { providerSession };
  const refresh = newSecret(chance);
  const now = clock.now();
  if (!isBefore(now, expiresAt) || !isVouchedFor(parts, family)) throw invalidGrant();
  const [{ token, session }] = await Promise.all([
    openSession(parts, principal, 'bearer', { endsAt: expiresAt, family: id, ...ofProvider }),
    refreshTokens.put({ handle, tokenHash: hashSecret(refresh), family: id, expiresAt }),
    sessions.markSeen(handle, { id, at: now }, plusSeconds(now, FAMILY_IDLE_SECONDS)),
  ]);
  if (!(await families.get(handle, id))) {
    await sessions.remove(handle, session.tokenHash);
    throw invalidGrant();
  }
  return {
    access_token: token,
    token_type: 'Bearer',
    expires_in: lifeSeconds(session),
    refresh_token: `${handle}.${refresh}`,
  };
};

/** Whether a command line that last asked for tokens then is over. */
export const isFamilyIdle = (lastAt: Instant, now: Instant): boolean =>
  !isBefore(now, plusSeconds(lastAt, FAMILY_IDLE_SECONDS));

/**
 * Somebody used a code or refresh token twice: one of the two has stolen it, and nobody can say who (RFC 9700, 4.14.2). Everything that
 * came of it ends.
 */
export const refuseReuse = async (parts: GrantParts, handle: string, family: string): Promise<never> => {
  await endFamily(parts, { handle, family, kind: 'person' }, 'reused');
  throw invalidGrant();
};
