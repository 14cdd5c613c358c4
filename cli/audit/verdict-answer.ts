import * as z from 'zod/mini';

/** A checkpoint as the server shows it. */
export const signedSchema = z.looseObject({
  ...{ seq: z.int(), at: z.iso.datetime(), size: z.int() },
  ...{ checkpoint: z.string(), signature: z.string(), kid: z.string() },
});

const SIGNS = [
  ...(['line', 'content', 'text', 'canonical', 'chain', 'leaves', 'root', 'checkpoint', 'key', 'signature'] as const),
  ...(['missing', 'previous', 'size', 'time', 'name', 'noted', 'place'] as const),
] as const;

const badPlace = z.object({
  what: z.enum(['altered', 'dropped', 'reordered', 'added']),
  sign: z.enum(SIGNS),
  index: z.exactOptional(z.int()),
  to: z.exactOptional(z.int()),
  stream: z.exactOptional(z.string()),
  seq: z.exactOptional(z.int()),
  checkpoint: z.exactOptional(z.int()),
  kid: z.exactOptional(z.string()),
});

/** Of the answer of `GET /v1/audit/verify`. */
export const verdictSchema = z.looseObject({
  ok: z.boolean(),
  checked: z.object({ events: z.int(), checkpoints: z.int() }),
  waiting: z.optional(z.int()),
  firstBad: z.optional(badPlace),
  next: z.optional(z.int()),
  checkpoint: z.optional(signedSchema),
  keys: z.array(z.looseObject({ kid: z.string(), pem: z.string() })),
});
