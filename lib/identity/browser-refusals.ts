import { HatcheckError, refuse } from '../domain/errors.ts';
import { AssertionRefused, ProviderUnavailable } from './assertion-refused.ts';
import { ASK_AGAIN_SECONDS } from './cached-document.ts';

// What a browser is told; the operator's log has the reason.

export const notSignedIn = (reason: string): HatcheckError => new HatcheckError(refuse('not_signed_in', reason));

export const providerIsAway = (error: unknown): never => {
  if (!(error instanceof ProviderUnavailable)) throw error;
  const refusal = { ...refuse('provider_unavailable', error.message), retryAfterSeconds: ASK_AGAIN_SECONDS };
  throw new HatcheckError(refusal, { cause: error });
};

/** Of an assertion that a browser brought. */
export const assertionIsRefused = (error: unknown): never => {
  if (error instanceof AssertionRefused)
    throw new HatcheckError(refuse('invalid_token', error.message), { cause: error });
  return providerIsAway(error);
};
