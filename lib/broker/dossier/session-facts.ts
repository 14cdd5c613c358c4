import type { EventData, Purpose, StoredEvent } from '../../domain/event.ts';
import type { Instant } from '../../domain/principal.ts';

/** A role session as far as the ledger knows it: what CloudTrail's records are matched by. */
export interface SessionFacts {
  /** The id of the event that intended it. */
  readonly intent: string;
  readonly purpose: Purpose;
  readonly roleArn: string;
  readonly durationSeconds: number;
  /** From when on it is denied everything. */
  readonly endsAt: Instant;
  readonly sessionNameHash: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Where it was opened: how CloudTrail calls it. */
  readonly accessKeyId?: string;
  readonly expiration?: Instant;
  /** Where it was not, or nobody got it. */
  readonly reason?: string;
  /** Of a console sign-in URL: until when it could be used. */
  readonly urlExpiresAt?: Instant;
}

/** Of each event about a role session, by its id: what was intended, with what the event itself says became of it. */
export const sessionsOf = (events: readonly StoredEvent[]): ReadonlyMap<string, SessionFacts> => {
  const intended = new Map<string, SessionFacts>();
  const all = new Map<string, SessionFacts>();
  for (const { type, eventId, data } of events) {
    if (type === 'credentials.intended') {
      const { endsAt, purpose, roleArn, durationSeconds, sessionNameHash, tags } = data;
      const facts = { intent: eventId, purpose, roleArn, durationSeconds, endsAt, sessionNameHash, tags };
      intended.set(eventId, facts);
      all.set(eventId, facts);
    } else if ('intent' in data) {
      const facts = intended.get(data.intent);
      if (facts) all.set(eventId, { ...facts, ...outcomeOf(data) });
    }
  }
  return all;
};

/** What events behind an intent may say. */
type Outcome = EventData['credentials.issued'] & EventData['credentials.failed'] & EventData['console.issued'];

const outcomeOf = (data: Partial<Outcome>) => ({
  ...('accessKeyId' in data ? { accessKeyId: data.accessKeyId } : {}),
  ...('expiration' in data ? { expiration: data.expiration } : {}),
  ...('reason' in data ? { reason: data.reason } : {}),
  ...('expiresAt' in data ? { urlExpiresAt: data.expiresAt } : {}),
});
