import type { EventData } from '../domain/event.ts';
import type { Handle, Instant, Principal } from '../domain/principal.ts';
import { earliest, isBefore, plusSeconds } from '../domain/time.ts';
import { AssertionRefused } from './assertion-refused.ts';
import type { VerifiedIdToken } from './id-token.ts';
import type { ProviderDocuments } from './keys.ts';
import type {
  Chance,
  Clock,
  Directory,
  IdentityProvider,
  OidcProvider,
  ReplayGuard,
  Session,
  Sessions,
  SignInLedger,
} from './ports.ts';
import { principalOf, textOf } from './principal-of.ts';
import { recordSignIn } from './record-sign-in.ts';
import { UNTOLD_SECONDS, openSession } from './sessions.ts';
import { memberOf } from './strict-json.ts';

/** What every way to sign in works with. */
export interface SignInParts {
  readonly providers: readonly IdentityProvider[];
  readonly documents: ProviderDocuments;
  readonly handleOf: (issuer: string, subject: string) => Promise<Handle>;
  readonly ledger: SignInLedger;
  readonly sessions: Sessions;
  readonly replayGuard: ReplayGuard;
  readonly directory: Directory;
  readonly clock: Clock;
  readonly chance: Chance;
}

/** What a verified assertion says: who it is, once their handle is known. */
export interface Vouched {
  readonly issuer: string;
  readonly subject: string;
  readonly principal: (handle: Handle) => Principal;
  /** When the provider wants the session to end, if that is sooner than ours would. */
  readonly sessionEndsAt?: Instant;
  readonly providerSession?: string;
}

/**
 * Of a `sid`, which may be any text (OpenID Connect Back-Channel Logout 1.0, 2.1). A longer one is not kept at sign-in, and a logout token with one
 * is refused; a session of which none is kept ends with whichever of its person's ends at the provider.
 */
export const MAX_SID_LENGTH = 256;

export const vouchedBy = (token: VerifiedIdToken, provider: OidcProvider): Vouched => {
  const providerSession = textOf(memberOf(token.claims, 'sid'), MAX_SID_LENGTH);
  return {
    issuer: token.issuer,
    subject: token.subject,
    principal: (handle) => principalOf(token, provider, handle),
    ...(providerSession !== undefined && { providerSession }),
  };
};

/** How somebody signs in, and what they get. */
export interface Way {
  readonly provider: IdentityProvider;
  readonly method: EventData['signin.refused']['method'];
  readonly via: Session['via'];
}

/** Identical refusals within this time are one event, so that nobody fills the ledger with one old token. */
const SAME_REFUSAL_SECONDS = 60;

/**
 * Makes a principal of the verified assertion and opens their session: recorded first, then stored, then given out.
 *
 * @param verify checks the assertion; when it refuses one whose signature was good, that is recorded too
 * @throws what `verify` throws; AssertionRefused `groups`; HatcheckError `ledger_unavailable`, and nobody is signed in
 */
export const signIn = async (
  parts: SignInParts,
  way: Way,
  verify: () => Promise<Vouched>,
): Promise<{ readonly token: string; readonly session: Session }> => {
  const { principal, sessionEndsAt, providerSession } = await proved(parts, way, verify);
  await recordSignIn(parts, principal, {
    type: 'signin.succeeded',
    data: { provider: way.provider.id, method: way.method, methods: principal.methods },
  });
  const [opened] = await Promise.all([
    openSession(parts, principal, way.via, {
      ...endOf(way.provider, parts.clock.now(), sessionEndsAt),
      ...(providerSession !== undefined && { providerSession }),
    }),
    parts.directory.remember(principal),
  ]);
  return opened;
};

/** Of a provider that tells of no end nobody is signed in longer than its word holds (docs/decisions/0046-when-a-provider-takes-its-word-back.md). */
const endOf = (
  provider: IdentityProvider,
  now: Instant,
  sessionEndsAt: Instant | undefined,
): { readonly endsAt?: Instant } => {
  if (provider.type === 'oidc' && provider.backChannelLogout)
    return sessionEndsAt === undefined ? {} : { endsAt: sessionEndsAt };
  const untold = plusSeconds(now, UNTOLD_SECONDS);
  return { endsAt: sessionEndsAt === undefined ? untold : earliest(sessionEndsAt, untold) };
};

/** Whom the assertion proves. @throws as {@link signIn}; AssertionRefused `expired` when their session at the provider is over meanwhile */
export const proved = (
  parts: SignInParts,
  way: Way,
  verify: () => Promise<Vouched>,
): Promise<Omit<Vouched, 'principal'> & { readonly principal: Principal }> =>
  recordingRefusals(parts, way, async () => {
    const vouched = await verify();
    const { issuer, subject, sessionEndsAt } = vouched;
    if (sessionEndsAt !== undefined && !isBefore(parts.clock.now(), sessionEndsAt))
      throw new AssertionRefused('expired', { subject });
    return { ...vouched, principal: vouched.principal(await parts.handleOf(issuer, subject)) };
  });

/** Runs a check of an assertion. When it refuses one whose signature was good, that is an event. @throws what the check throws */
export const recordingRefusals = async <T>(parts: SignInParts, way: Way, check: () => Promise<T>): Promise<T> => {
  try {
    return await check();
  } catch (error) {
    if (error instanceof AssertionRefused && error.subject !== undefined)
      await recordRefusal(parts, way, error.fault, error.subject);
    throw error;
  }
};

const recordRefusal = async (parts: SignInParts, way: Way, reason: string, subject: string): Promise<void> => {
  const handle = await parts.handleOf(way.provider.issuer, subject);
  const until = plusSeconds(parts.clock.now(), SAME_REFUSAL_SECONDS);
  if (!(await parts.replayGuard.burn(`signin.refused#${handle}#${reason}`, until))) return;
  const kind = way.provider.type === 'oidc' || way.provider.type === 'saml' ? 'person' : 'workload';
  await recordSignIn(
    parts,
    { kind, handle },
    {
      type: 'signin.refused',
      data: { provider: way.provider.id, method: way.method, reason },
    },
  );
};
