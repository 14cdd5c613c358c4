import { earliest, isBefore, plusSeconds } from '../../domain/time.ts';
import type { EventData } from '../../domain/event.ts';
import type { Instant, Principal } from '../../domain/principal.ts';
import { type EndReason, endFamily } from '../end-session.ts';
import { providerOfPerson } from '../people-providers.ts';
import type { AuthorizationCode, RefreshFamily, Session } from '../ports.ts';
import { recordSignIn } from '../record-sign-in.ts';
import { hashSecret, lifeSeconds, newSecret, openSession } from '../sessions.ts';
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
  principal: Principal,
  until: Instant,
): Promise<string> => {
  const id = newSecret(chance);
  await families.put({ id, principal, createdAt: clock.now(), expiresAt: until });
  return id;
};

/** A family never outlives the browser's session, on whose sign-in it stands. */
export const familyEnd = ({ clock }: Pick<GrantParts, 'clock'>, session: Pick<Session, 'expiresAt'>): Instant =>
  earliest(plusSeconds(clock.now(), FAMILY_SECONDS), session.expiresAt);

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
  const { principal, id, expiresAt } = family;
  const { handle } = principal;
  const refresh = newSecret(chance);
  const now = clock.now();
  if (!isBefore(now, expiresAt)) throw invalidGrant();
  const [{ token, session }] = await Promise.all([
    openSession(parts, principal, 'bearer', { endsAt: expiresAt, family: id }),
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

/** Ends the family for that reason. @throws ExchangeRefused `invalid_grant`, always; HatcheckError `ledger_unavailable` */
export const refuseFamily = async (
  parts: GrantParts,
  { id, principal: { handle, kind } }: RefreshFamily,
  reason: EndReason,
): Promise<never> => {
  await endFamily(parts, { handle, family: id, kind }, reason);
  throw invalidGrant();
};
