import { requestStream } from '../../lib/broker/broker.ts';
import { seal } from '../../lib/broker/chain.ts';
import type { Ledger } from '../../lib/broker/ports.ts';
import type { Entitlement } from '../../lib/domain/entitlement.ts';
import type { RecordedEvent, StoredEvent } from '../../lib/domain/event.ts';
import type { Instant, Principal } from '../../lib/domain/principal.ts';
import {
  NOON,
  approved,
  approver,
  engineer,
  entitlement,
  intended,
  recorded,
  security,
  submitted,
  words,
} from './builders.ts';

/** `r_` and 26 characters, of a number. */
export const requestIdOf = (number: number): string => `r_${String(number).padStart(26, 'A')}`;

interface Told {
  readonly of?: Entitlement;
  /** Whose it is; the engineer's if absent. */
  readonly by?: Principal;
  /** When sessions were opened, of 900 s. */
  readonly sessionsAt?: readonly Instant[];
  /** Absent: it was not. */
  readonly revokedAt?: Instant;
  /** By the requester; absent: it was not. */
  readonly endedAt?: Instant;
  /** When the deny was there; absent: it is not yet. */
  readonly deniedAt?: Instant;
}

/** A request of noon, approved at once, in the ledger. */
export const tell = async (
  ledger: Pick<Ledger, 'append'>,
  requestId: string,
  { of = entitlement(), by = engineer, sessionsAt = [NOON], revokedAt, endedAt, deniedAt }: Told,
): Promise<void> => {
  const events: readonly RecordedEvent[] = [
    submitted({ requestId }, { of, by }),
    approved(approver, NOON),
    ...sessionsAt.map(intended),
    ...(endedAt === undefined ? [] : [recorded('request.ended', {}, { by, at: endedAt })]),
    ...(revokedAt === undefined
      ? []
      : [recorded('request.revoked', { reason: words('stop') }, { by: security, at: revokedAt })]),
    ...(deniedAt === undefined
      ? []
      : [recorded('sessions.ended', { tookMs: 1, by: 'boundary' }, { by: security, at: deniedAt })]),
  ];
  let last: StoredEvent | undefined;
  for (const event of events) {
    last = seal(last, requestStream(requestId), event);
    await ledger.append(last);
  }
};
