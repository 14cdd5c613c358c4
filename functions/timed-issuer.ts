import type { ConsoleIssuer } from '../lib/broker/open-console.ts';
import type { EventType } from '../lib/domain/event.ts';
import type { Authenticate } from '../lib/http/call.ts';
import type { Meter } from '../lib/metrics.ts';

/** What of the way to a credential is waited for, and how long. */
export type Step = 'Authenticate' | 'ReadLedger' | 'WriteIntent' | 'Sign' | 'OpenSession' | 'WriteOutcome' | 'MakeUrl';

/** What nobody waits for who is given something is not measured: a refusal on record, for one. */
const WRITES: Readonly<Partial<Record<EventType, Step>>> = {
  'credentials.intended': 'WriteIntent',
  'credentials.issued': 'WriteOutcome',
  'credentials.withheld': 'WriteOutcome',
  'credentials.failed': 'WriteOutcome',
  'credentials.unknown': 'WriteOutcome',
  'console.issued': 'WriteOutcome',
};

interface Timed {
  readonly issuer: ConsoleIssuer;
  readonly authenticate: Authenticate;
}

/**
 * The same, each trip of which is measured, whether it succeeds or not.
 * @param milliseconds a clock that never runs backwards
 */
export const timedIssuer = (
  { issuer, authenticate }: Timed,
  meter: Meter,
  milliseconds: () => number = () => performance.now(),
): Timed => {
  const timed = async <T>(step: Step | undefined, trip: Promise<T>): Promise<T> => {
    const began = milliseconds();
    try {
      return await trip;
    } finally {
      if (step) meter.put(step, milliseconds() - began);
    }
  };
  const { ledger, roleSessions, consoleSignIn, assertions } = issuer;
  return {
    authenticate: (...call) => timed('Authenticate', authenticate(...call)),
    issuer: {
      ...issuer,
      ledger: {
        read: (stream) => timed('ReadLedger', ledger.read(stream)),
        last: (stream) => timed('ReadLedger', ledger.last(stream)),
        append: (event) => timed(WRITES[event.type], ledger.append(event)),
      },
      roleSessions: { open: (...order) => timed('OpenSession', roleSessions.open(...order)) },
      consoleSignIn: { url: (...session) => timed('MakeUrl', consoleSignIn.url(...session)) },
      ...(assertions ? { assertions: { sign: (order) => timed('Sign', assertions.sign(order)) } } : {}),
    },
  };
};
