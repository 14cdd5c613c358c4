import { HatcheckError } from '../../lib/domain/errors.ts';
import { AssertionRefused } from '../../lib/identity/assertion-refused.ts';

/** `accepted`, or the code that the client is told and, behind it, why, as the operator reads it. Anything else that is thrown is a defect. */
export const whyNot = async (signingIn: Promise<unknown>): Promise<string> => {
  try {
    await signingIn;
    return 'accepted';
  } catch (error) {
    if (!(error instanceof HatcheckError)) throw error;
    const { code, cause, refusal } = error;
    return `${code} ${cause instanceof AssertionRefused ? cause.fault : refusal.reason}`;
  }
};
