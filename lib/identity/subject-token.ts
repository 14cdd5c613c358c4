import type { IdentityProvider } from './ports.ts';
import type { Vouched } from './sign-in.ts';

/** Of a token that is exchanged: whose it seems to be, and how to find out. */
export interface SubjectToken {
  readonly provider: IdentityProvider;
  /** @throws AssertionRefused; ProviderUnavailable; HatcheckError `ledger_unavailable` */
  readonly verify: () => Promise<Vouched>;
}

/**
 * An hour, as long as large providers' ID tokens live: a command line or a job brings one that it was given a while ago, unlike a browser.
 * It signs in once, and what it opens says when the person proved themselves.
 */
export const MAX_TOKEN_AGE_SECONDS = 3600;
