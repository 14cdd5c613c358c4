import type { Purpose, StoredEvent } from '../../domain/event.ts';
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
  for (const event of events) {
    if (event.type === 'credentials.intended') {
      const { endsAt, purpose, roleArn, durationSeconds, sessionNameHash, tags } = event.data;
      const facts = { intent: event.eventId, purpose, roleArn, durationSeconds, endsAt, sessionNameHash, tags };
      intended.set(event.eventId, facts);
      all.set(event.eventId, facts);
    }
    const facts = intended.get(intentOf(event) ?? '');
    if (facts) all.set(event.eventId, { ...facts, ...outcomeOf(event) });
  }
  return all;
};

const intentOf = ({ data }: StoredEvent): string | undefined => ('intent' in data ? data.intent : undefined);

const outcomeOf = ({ data }: StoredEvent) => ({
  ...('accessKeyId' in data ? { accessKeyId: data.accessKeyId } : {}),
  ...('expiration' in data ? { expiration: data.expiration } : {}),
  ...('reason' in data && typeof data.reason === 'string' ? { reason: data.reason } : {}),
  ...('expiresAt' in data ? { urlExpiresAt: data.expiresAt } : {}),
});
