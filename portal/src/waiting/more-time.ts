import type { EntitlementView, RequestView } from '../api/calls.ts';

/** How many seconds more may be asked for, as far as the page knows; the broker decides. */
export const secondsLeftFor = (
  { extension, maxDurationSeconds, breakGlassTerms }: EntitlementView,
  { breakGlass, durationSeconds, grantedSeconds = durationSeconds }: RequestView,
): number => {
  const atMost = breakGlass ? breakGlassTerms?.maxDurationSeconds : extension?.maxTotalSeconds;
  return Math.max(0, (atMost ?? maxDurationSeconds) - grantedSeconds);
};
