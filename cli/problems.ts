import type { ExitCode } from './failure.ts';

interface Meaning {
  /** 1 unless it says so. */
  readonly exitCode?: ExitCode;
  /** What to do next. */
  readonly next?: string;
}

/** What the server's codes (docs/errors.md) mean at a terminal. Those that are not here say it in their detail. */
const MEANINGS = new Map<string, Meaning>(
  Object.entries({
    grant_over: { exitCode: 6, next: 'ask anew: hatcheck request ENTITLEMENT' },
    revoked: { exitCode: 6, next: 'hatcheck show ID says by whom and why' },
    step_up_required: { next: 'prove anew who you are: hatcheck login --fresh' },
    not_eligible: { next: 'hatcheck list shows what you may ask for' },
    not_found: { next: 'hatcheck requests shows yours' },
    wrong_status: { next: 'hatcheck show ID says how it stands' },
    already_decided: { next: 'hatcheck show ID says how it stands' },
    ledger_conflict: { next: 'look again and run it again' },
    invalid_grant: { next: 'run hatcheck login again' },
  }),
);

export const meaningOf = (code: string | undefined): Meaning => (code === undefined ? {} : (MEANINGS.get(code) ?? {}));
