import * as z from 'zod/mini';
import { instant, person } from './people.ts';

const ofRequest = {
  requestId: z.string(),
  requester: person(),
  entitlementId: z.string(),
  accountId: z.string(),
  roleArn: z.string(),
  ticket: z.optional(z.string()),
  breakGlass: z.optional(z.literal(true)),
};

export const actor = () => z.extend(person(), { kind: z.enum(['person', 'workload', 'system']) });

/** Somebody forgotten is a handle, and their words are absent. */
const foundEvent = () =>
  z.strictObject({
    ...z.partial(z.strictObject(ofRequest)).shape,
    eventId: z.string(),
    stream: z.string(),
    seq: z.int(),
    type: z.string(),
    at: instant(),
    actor: actor(),
    people: z.array(person()),
    refused: z.optional(z.string()),
    words: z.optional(z.string()),
  });

const foundGrant = () =>
  z.strictObject({
    ...ofRequest,
    people: z.array(person()),
    startsAt: instant(),
    endsAt: instant(),
    liveUntil: instant(),
    sessions: z.int(),
  });

export const found = () =>
  z.strictObject({
    grants: z.array(foundGrant()),
    events: z.array(foundEvent()),
    nextCursor: z.optional(z.string()),
  });
