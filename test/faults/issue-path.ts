import { FAULTS, type Fault } from '../support/faults.ts';

/**
 * What is expected of the way to a credential: a line an await, a column a fault. Each cell says what is answered (`--` nothing, since
 * the process ended) and what stands in the ledger behind the approval:
 * `i` intended, `S` issued, `F` failed, `U` unknown, `W` withheld, `C` console.issued, `r` revoked, `.` nothing.
 *
 * Read it by columns: nothing is answered 200 without its outcome. Read it by lines: before the intent nothing happened; an intent that
 * cannot be resolved is the end of it; whatever STS did is on record; and an outcome is tried again until it is.
 */
const TABLE = `
                                     refused  throttled  timedOutBefore  timedOutAfter  arrivedLate  duplicated  crashedBefore  crashedAfter
credentials
  ledger.read request                503 .    503 .      503 .           503 .          503 .        200 iS      -- .           -- .
  ledger.last control                503 .    503 .      503 .           503 .          503 .        200 iS      -- .           -- .
  ledger.last person                 503 .    503 .      503 .           503 .          503 .        200 iS      -- .           -- .
  ledger.append credentials.intended 503 .    503 .      503 .           503 i          503 i        200 iS      -- .           -- i
  roleSessions.open                  503 iF   503 iF     503 iU          503 iU         503 iU       200 iS      -- i           -- i
  ledger.append credentials.issued   200 iS   200 iS     200 iS          200 iS         200 iS       200 iS      -- i           -- iS
credentials, by what we sign
  ledger.read request                503 .    503 .      503 .           503 .          503 .        200 iS      -- .           -- .
  ledger.last control                503 .    503 .      503 .           503 .          503 .        200 iS      -- .           -- .
  ledger.last person                 503 .    503 .      503 .           503 .          503 .        200 iS      -- .           -- .
  assertions.sign                    503 iF   503 iF     503 iF          503 iF         503 iF       200 iS      -- .           -- i
  ledger.append credentials.intended 503 .    503 .      503 .           503 i          503 i        200 iS      -- .           -- i
  roleSessions.open                  503 iF   503 iF     503 iU          503 iU         503 iU       200 iS      -- i           -- i
  ledger.append credentials.issued   200 iS   200 iS     200 iS          200 iS         200 iS       200 iS      -- i           -- iS
console
  ledger.read request                503 .    503 .      503 .           503 .          503 .        200 iSC     -- .           -- .
  ledger.last control                503 .    503 .      503 .           503 .          503 .        200 iSC     -- .           -- .
  ledger.last person                 503 .    503 .      503 .           503 .          503 .        200 iSC     -- .           -- .
  ledger.append credentials.intended 503 .    503 .      503 .           503 i          503 i        200 iSC     -- .           -- i
  roleSessions.open                  503 iF   503 iF     503 iU          503 iU         503 iU       200 iSC     -- i           -- i
  consoleSignIn.url                  503 iS   503 iS     503 iS          503 iS         503 iS       200 iSC     -- i           -- iS
  ledger.append credentials.issued   200 iSC  200 iSC    200 iSC         200 iSC        200 iSC      200 iSC     -- i           -- iS
  ledger.append console.issued       200 iSC  200 iSC    200 iSC         200 iSC        200 iSC      200 iSC     -- iS          -- iSC
credentials, revoked meanwhile
  ledger.read request                503 .    503 .      503 .           503 .          503 .        403 irW     -- .           -- .
  ledger.last control                503 .    503 .      503 .           503 .          503 .        403 irW     -- .           -- .
  ledger.last person                 503 .    503 .      503 .           503 .          503 .        403 irW     -- .           -- .
  ledger.append credentials.intended 503 .    503 .      503 .           503 i          503 i        403 irW     -- .           -- i
  roleSessions.open                  503 iF   503 iF     503 iU          503 irU        503 iUr      403 irW     -- i           -- ir
  ledger.append credentials.issued   403 irW  403 irW    403 irW         403 irW        403 irW      403 irW     -- ir          -- ir
  ledger.read request                403 irW  403 irW    403 irW         403 irW        403 irW      403 irW     -- ir          -- ir
  ledger.append credentials.withheld 403 irW  403 irW    403 irW         403 irW        403 irW      403 irW     -- ir          -- irW
`;

export interface Expected {
  readonly scene: string;
  /** Which of the scene's awaits, from 0. */
  readonly at: number;
  readonly awaited: string;
  readonly fault: Fault;
  /** As in the table: `200 iS`. */
  readonly cell: string;
}

/** The cells of the table, in its order. */
export const issuePath: readonly Expected[] = (() => {
  const expected: Expected[] = [];
  let scene = '';
  let at = 0;
  for (const line of TABLE.split('\n').slice(2)) {
    const cells = line.trim().split(/ {2,}|(?<=\w) (?=(?:\d{3}|--) )/);
    if (cells.length === 1 && cells[0] !== '') [scene = '', at] = [cells[0], 0];
    if (cells.length === 1) continue;
    const [awaited = '', ...row] = cells;
    if (row.length !== FAULTS.length) throw new TypeError(`a line has ${row.length} cells: ${line}`);
    FAULTS.forEach((fault, column) => expected.push({ scene, at, awaited, fault, cell: row[column] ?? '' }));
    at += 1;
  }
  return expected;
})();
