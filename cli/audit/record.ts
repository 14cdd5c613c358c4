import * as z from 'zod/mini';
import type { ReviewedRequest } from '../../lib/domain/access-review.ts';
import type { StoredEvent } from '../../lib/domain/event.ts';
import type { Issue } from '../../lib/domain/reconciliation.ts';
import { Failure, oneLine, unknownAnswer } from '../failure.ts';
import { parseJson } from '../json.ts';
import { failureOf } from '../server.ts';
import { type Place, callSignedIn } from '../sign-in.ts';
import { linesOf } from './lines.ts';

const { BrokenChainError, verifyChain } = await import('../../lib/broker/chain.ts');

const instant = z.iso.datetime();

/** Of the answer of `GET /v1/requests/{id}`, what is gone by here; its events are checked as they are. */
const answerSchema = z.object({
  request: z.object({
    id: z.string(),
    entitlementId: z.string(),
    roleArn: z.string(),
    requester: z.object({ handle: z.string() }),
    createdAt: instant,
    grant: z.optional(z.object({ startsAt: instant, endsAt: instant })),
  }),
  events: z.array(z.looseObject({ stream: z.string(), type: z.string(), eventId: z.string(), at: instant })),
});

const intended = z.object({ data: z.object({ roleArn: z.string() }) });
const outcome = z.object({
  data: z.object({
    intent: z.string(),
    accessKeyId: z.optional(z.string()),
    expiration: z.optional(instant),
  }),
});
const outcomeKind = z.enum(['issued', 'withheld', 'failed', 'unknown']);

/** One request as the ledger has it: for reconciling, and for a review of access. */
export interface Recorded {
  readonly reviewed: ReviewedRequest;
  readonly issues: readonly Issue[];
}

const PAGE = 200;
const listSchema = z.object({
  requests: z.array(z.object({ id: z.string().check(z.regex(/^r_[A-Z2-7]{26}$/)) })),
  nextCursor: z.optional(z.string()),
});

/**
 * Every request that an auditor may read, newest first, as the server answers it.
 * @throws Failure 1 when the server refuses, 4 when it is away.
 */
export async function* readAll(place: Place): AsyncGenerator {
  let cursor: string | undefined;
  do {
    const query = new URLSearchParams({
      as: 'auditor',
      limit: String(PAGE),
      ...(cursor === undefined ? {} : { cursor }),
    });
    const { requests, nextCursor } = parsed(place, listSchema, await ask(place, `/v1/requests?${query}`));
    for (const { id } of requests) yield await ask(place, `/v1/requests/${id}`);
    cursor = nextCursor;
  } while (cursor !== undefined);
}

const ask = async (place: Place, path: string): Promise<unknown> => {
  const answer = await callSignedIn(place, 'GET', path);
  if (answer.status !== 200) throw failureOf(place.server, answer);
  return answer.body;
};

const parsed = <T>({ server }: Place, schema: z.ZodMiniType<T>, body: unknown): T => {
  const { success, data } = schema.safeParse(body);
  if (!success) throw unknownAnswer(server);
  return data;
};

/** The record of all requests: of a file that `hatcheck audit export` wrote, or of the server. @throws Failure 1, 2, 4 */
export const readRecord = async (place: Place, file: string | undefined): Promise<readonly Recorded[]> => {
  const found: Recorded[] = [];
  if (file === undefined) for await (const answer of readAll(place)) found.push(recordedOf(answer, place.server));
  else for await (const line of linesOf(file)) if (line.trim() !== '') found.push(recordedOf(parseJson(line), file));
  return found;
};

/** @throws Failure 1 when its chain is broken, 2 when it is no such answer */
export const recordedOf = (answer: unknown, from: string): Recorded => {
  const { success, data } = answerSchema.safeParse(answer);
  if (!success) throw new Failure(2, `${from} has something that is no request with its events`);
  const { request } = data;
  const events = data.events.filter(({ stream }) => stream === `request#${request.id}`);
  unbroken(events);
  const issues = issuesOf(events, { requestId: request.id, requester: request.requester.handle });
  const { id, entitlementId, roleArn, createdAt, grant } = request;
  const sessions = issues.flatMap(({ at, outcome: became }) =>
    became?.kind === 'issued' && became.accessKeyId !== undefined && became.expiration !== undefined
      ? [{ at, accessKeyId: became.accessKeyId, expiration: became.expiration }]
      : [],
  );
  const reviewed = { id, entitlementId, roleArn, createdAt, requester: request.requester.handle, sessions };
  return { issues, reviewed: { ...reviewed, ...(grant ? { grant } : {}) } };
};

type AnyEvent = z.infer<typeof answerSchema>['events'][number];

const unbroken = (events: readonly AnyEvent[]): void => {
  try {
    // The chain is checked over all that an event has, whatever its type is.
    verifyChain(events as unknown as readonly StoredEvent[]);
  } catch (cause) {
    if (!(cause instanceof BrokenChainError) && !(cause instanceof TypeError)) throw cause;
    throw new Failure(1, `this is not as it was written: ${oneLine(cause.message)}`, { cause });
  }
};

type IssueWithEnd = Issue & { readonly outcome?: { readonly expiration?: string } };

const issuesOf = (
  events: readonly AnyEvent[],
  of: { requestId: string; requester: string },
): readonly IssueWithEnd[] => {
  const outcomes = new Map(events.flatMap((event) => outcomeOf(event) ?? []));
  return events.flatMap((event) => {
    const { success, data } = intended.safeParse(event);
    if (event.type !== 'credentials.intended' || !success) return [];
    const became = outcomes.get(event.eventId);
    const { eventId: intent, at } = event;
    return [{ ...of, intent, at, roleArn: data.data.roleArn, ...(became ? { outcome: became } : {}) }];
  });
};

const outcomeOf = (event: AnyEvent) => {
  const kind = outcomeKind.safeParse(event.type.replace('credentials.', ''));
  const { success, data } = outcome.safeParse(event);
  if (!kind.success || !success || !event.type.startsWith('credentials.')) return undefined;
  const { intent, accessKeyId, expiration } = data.data;
  const more = { ...(accessKeyId ? { accessKeyId } : {}), ...(expiration ? { expiration } : {}) };
  return [[intent, { kind: kind.data, ...more }] as const];
};
