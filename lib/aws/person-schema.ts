import * as z from 'zod/mini';
import type { PersonName } from '../broker/ports.ts';
import type { Handle } from '../domain/principal.ts';

// `satisfies` names every member, the optional ones too: one that a schema leaves out would be lost on its way through the table.

const personName = z.object({
  displayName: z.exactOptional(z.string()),
  email: z.exactOptional(z.string()),
} satisfies Record<keyof PersonName, unknown>);

const named = z.object({ handle: z.string() });

const text = z.object({ salt: z.string(), text: z.string() });

// Each gives undefined for what is none: an item of another version, or written by hand, counts as absent.

export const parsePersonName = (body: unknown): PersonName | undefined => personName.safeParse(body).data;
export const parseText = (body: unknown): z.infer<typeof text> | undefined => text.safeParse(body).data;
export const parseNamed = (body: unknown): Handle | undefined => named.safeParse(body).data?.handle;
