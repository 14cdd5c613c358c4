import type { Evidence } from '../support/history.ts';
import { answersTellTheTruth, sameKeySameRequest } from './laws-of-answers.ts';
import {
  carriedIsTrue,
  holdsAreFelt,
  limitsHold,
  nobodyApprovesTheirOwn,
  nothingBeyondMaxima,
} from './laws-of-lifecycle.ts';
import { chainHolds, followsTheRules } from './laws-of-ledger.ts';
import { sessionsHaveIntents, whatLeftWasAllowed } from './laws-of-sessions.ts';

/**
 * The nine invariants of the threat model, I1 to I9, and three of the lifecycle, over what was asked, what took effect and what was answered; each violation in a
 * sentence that begins with its invariant. Empty when all is well.
 *
 * I1 no credential without a committed approval that covers it and a committed intent and outcome; I2 no more issues than allowed; I3 the
 * requester is no approver; I4 nothing is intended after the end; I5 each STS call has its one intent, and each intent its outcome unless
 * its call was left unanswered; I6 nothing outlives the grant; I7 the chain verifies; I8 only the edges there are; I9 the same key means
 * the same request; I10 a hold is felt by whatever is asked after it; I11 nothing beyond the maxima of the entitlement; I12 open requests,
 * break-glass and its debts of review stay within their limits.
 */
export const checkHistory = (evidence: Evidence): readonly string[] => {
  const broken = chainHolds(evidence);
  // What a broken chain says means nothing.
  if (broken.length > 0) return broken;
  return [
    ...followsTheRules(evidence),
    ...sessionsHaveIntents(evidence),
    ...whatLeftWasAllowed(evidence),
    ...answersTellTheTruth(evidence),
    ...sameKeySameRequest(evidence),
    ...holdsAreFelt(evidence),
    ...nobodyApprovesTheirOwn(evidence),
    ...nothingBeyondMaxima(evidence),
    ...limitsHold(evidence),
    ...carriedIsTrue(evidence),
  ];
};
