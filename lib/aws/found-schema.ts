import * as z from 'zod/mini';
import type { EventType } from '../domain/event.ts';
import type { FoundEvent, FoundGrant } from '../broker/search/found.ts';
import { isEventType } from '../domain/event-types.ts';

const ofRequest = {
  requestId: z.string(),
  requester: z.string(),
  entitlementId: z.string(),
  accountId: z.string(),
  roleArn: z.string(),
  ticket: z.exactOptional(z.string()),
  breakGlass: z.exactOptional(z.literal(true)),
};

const event = z.object({
  requestId: z.exactOptional(ofRequest.requestId),
  requester: z.exactOptional(ofRequest.requester),
  entitlementId: z.exactOptional(ofRequest.entitlementId),
  accountId: z.exactOptional(ofRequest.accountId),
  roleArn: z.exactOptional(ofRequest.roleArn),
  ticket: ofRequest.ticket,
  breakGlass: ofRequest.breakGlass,
  eventId: z.string(),
  stream: z.string(),
  seq: z.number(),
  type: z.custom<EventType>(isEventType),
  at: z.string(),
  actor: z.object({ kind: z.enum(['person', 'workload', 'system']), handle: z.string() }),
  people: z.array(z.string()),
  refused: z.exactOptional(z.string()),
  words: z.exactOptional(z.object({ id: z.string(), hash: z.string() })),
  // Names every member, the optional ones too: one left out would be lost on its way through the table.
} satisfies Record<keyof FoundEvent, unknown>);

const grant = z.object({
  ...ofRequest,
  people: z.array(z.string()),
  startsAt: z.string(),
  endsAt: z.string(),
  liveUntil: z.string(),
  sessions: z.number(),
  seq: z.number(),
} satisfies Record<keyof FoundGrant, unknown>);

const parsed = <T>(schema: z.ZodMiniType<T>, json: string): T | undefined => {
  try {
    return schema.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
};

/** What an item of the index holds as JSON, or undefined when it is none: written by another version, or by hand. */
export const parseFoundEvent = (json: string): FoundEvent | undefined => parsed(event, json);

export const parseFoundGrant = (json: string): FoundGrant | undefined => parsed(grant, json);
