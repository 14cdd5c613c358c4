import { HatcheckError, refuse } from '../lib/domain/errors.ts';

/** What is there is for everybody: such a function may not even read sessions. */
export const knowsNobody = (): Promise<never> =>
  Promise.reject(new HatcheckError(refuse('not_signed_in', 'the function knows nobody')));
