import type { ErrorCode } from '../../../lib/domain/errors.ts';
import { WORDS } from './problem-words.ts';

export type { ErrorCode };

/** A problem document (RFC 9457), as far as the page reads it. */
export interface Problem {
  readonly code?: string;
  readonly detail?: string;
  readonly loginUrl?: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
}

/** The broker said no. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;
  /** By API Gateway, which counts all callers as one: no function ran. */
  readonly isCrowd: boolean;
  /** Where a sign-in with what is missing begins. */
  readonly loginUrl: string | undefined;
  readonly faults: NonNullable<Problem['errors']>;
  /** Whole seconds until trying again may help. */
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, problem: Problem, retryAfter: string | null = null) {
    super(problem.detail ?? `The answer was ${status}.`);
    this.name = 'Refused';
    this.status = status;
    this.code = problem.code ?? 'internal';
    this.isCrowd = status === 429 && problem.code === undefined;
    this.loginUrl = problem.loginUrl?.startsWith('/login?') === true ? problem.loginUrl : undefined;
    this.faults = problem.errors ?? [];
    this.retryAfterSeconds = /^\d{1,6}$/.test(retryAfter ?? '') ? Number(retryAfter) : undefined;
  }
}

/** No answer came: whatever was asked for may have been done, or not. */
export class Unreachable extends Error {
  constructor(options?: ErrorOptions) {
    super('Hatcheck does not answer.', options);
    this.name = 'Unreachable';
  }
}

/** What happened, and what to do next. */
export interface Said {
  readonly says: string;
  readonly next?: string;
}

/** In words for whoever looks at a page: the API's own speak to whoever calls it. */
export const saidOf = (error: unknown): Said => {
  if (error instanceof Unreachable)
    return { says: 'Hatcheck does not answer.', next: 'Look at your network and try again: nothing is done twice.' };
  if (!(error instanceof Refused)) return { says: 'Something went wrong in this page.', next: 'Load it again.' };
  if (error.isCrowd) return crowd(error.retryAfterSeconds);
  const faults = error.faults.map(({ pointer, detail }) => `${pointer.slice(1)}: ${detail}`);
  if (faults.length > 0) return { says: `${faults.join('; ')}.` };
  const words = wordsFor(error.code);
  return words ? { ...words, says: `${words.says}${ruleIn(error.message)}` } : { says: error.message };
};

const crowd = (seconds: number | undefined): Said => ({
  says: 'Too many people are at it at once, so nothing was done.',
  next: seconds === undefined ? 'Try again in a moment.' : `Try again in ${seconds} s.`,
});

const wordsFor = (code: string): Said | undefined =>
  Object.hasOwn(WORDS, code) ? WORDS[code as ErrorCode] : undefined;

/** The broker names the rule that is against it behind its own words. */
const ruleIn = (detail: string): string => {
  const [, rule] = / Rule "[^"]*": (.+)$/s.exec(detail) ?? [];
  return rule === undefined ? '' : ` What it takes: ${rule}`;
};
