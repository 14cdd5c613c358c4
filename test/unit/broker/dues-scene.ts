import { seal } from '../../../lib/broker/chain.ts';
import type { Notice } from '../../../lib/broker/notice.ts';
import type { Revocation, Tickets } from '../../../lib/broker/ports.ts';
import { type Schedule, runDues } from '../../../lib/broker/run-dues.ts';
import { summaryOf } from '../../../lib/broker/summary.ts';
import type { Entitlement } from '../../../lib/domain/entitlement.ts';
import type { RecordedEvent } from '../../../lib/domain/event.ts';
import { fold } from '../../../lib/domain/request.ts';
import { ask, entitlement, policy } from '../../support/builders.ts';
import {
  type MemoryDues,
  type MemoryLedger,
  memoryClock,
  memoryDues,
  memoryLedger,
  memorySummaries,
  memoryTexts,
  memoryTickets,
  patient,
  seededChance,
} from '../../support/memory.ts';

export const STREAM = `request#${ask().requestId}`;
export const ON_SCHEDULE = { kind: 'system', handle: 'on-schedule' };
const CHECK = { service: 'jira', assigned: false, endsGrant: true };
export const ticketed = (check: Partial<typeof CHECK> = {}) =>
  entitlement({ approval: 'auto', ticket: { pattern: '^OPS-[0-9]+$', required: true, check: { ...CHECK, ...check } } });

interface Scene extends Schedule {
  readonly ledger: MemoryLedger;
  readonly clock: ReturnType<typeof memoryClock>;
  readonly dues: MemoryDues;
  readonly sent: Notice[];
  readonly revoked: Revocation[];
  readonly warnings: string[];
  readonly run: () => ReturnType<typeof runDues>;
  readonly types: () => Promise<readonly string[]>;
}

export const scene = async (
  events: readonly RecordedEvent[],
  {
    of = entitlement(),
    tickets = memoryTickets(),
    turn,
  }: { of?: Entitlement; tickets?: Tickets; turn?: () => Promise<void> } = {},
): Promise<Scene> => {
  const [ledger, dues] = [memoryLedger(turn), memoryDues()];
  const sent: Notice[] = [];
  const revoked: Revocation[] = [];
  const warnings: string[] = [];
  let last;
  for (const event of events) {
    last = seal(last, STREAM, event);
    await ledger.append(last);
  }
  const request = fold(events);
  if (request) dues.plan(summaryOf(request));
  const schedule: Schedule = {
    ...{ ledger, dues, tickets, policy: policy([of]), clock: memoryClock(), chance: seededChance() },
    ...{ summaries: memorySummaries(), texts: memoryTexts() },
    notices: { send: (notice) => Promise.resolve(void sent.push(notice)) },
    revocations: { send: (one) => Promise.resolve(void revoked.push(one)) },
    warn: (message) => void warnings.push(message),
    intentLost: (requestId) => void warnings.push(`intent lost: ${requestId}`),
  };
  const clock = memoryClock();
  const whole = { ...schedule, ledger, dues, clock, sent, revoked, warnings };
  return {
    ...whole,
    run: () => runDues(whole, patient),
    types: async () => (await ledger.read(STREAM)).map(({ type }) => type),
  };
};

export const kinds = ({ dues }: Scene) => dues.open().map(({ kind }) => kind);
