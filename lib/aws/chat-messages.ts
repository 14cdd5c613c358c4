import * as z from 'zod/mini';
import type { ChatMessage, ChatMessages } from '../chatops/port.ts';
import {
  type IdentityTable,
  identityItem,
  listIdentityItems,
  putIdentityItem,
  unlessChanged,
} from './identity-item.ts';
import { wasWritten } from './unavailable.ts';
import { plusSeconds } from '../domain/time.ts';

// `satisfies` names every member, the optional ones too: one that a schema leaves out would be lost on its way through the table.
const message = z.object({
  place: z.string(),
  ref: z.exactOptional(
    z.object({
      platform: z.enum(['slack', 'teams']),
      workspace: z.string(),
      channel: z.string(),
      message: z.string(),
      serviceUrl: z.exactOptional(z.string()),
    } satisfies Record<keyof NonNullable<ChatMessage['ref']>, unknown>),
  ),
  seq: z.number(),
  told: z.array(z.string()),
} satisfies Record<keyof ChatMessage, unknown>);

/** Longer than a request, its extensions and its review can go on; nobody is told anything of it then. */
const KEPT_SECONDS = 90 * 86_400;

/** In the identity table, under the request's id. */
export const dynamoChatMessages = (at: IdentityTable): ChatMessages => ({
  of: async (requestId) => {
    const bodies = await listIdentityItems(at, 'chatmessage', requestId);
    // What another version wrote counts as absent: it is told again.
    return bodies.flatMap((body) => message.safeParse(body).data ?? []);
  },
  put: (requestId, { place, ref, seq, told }, was) =>
    wasWritten(
      'what was told in chat cannot be written',
      putIdentityItem(
        at,
        identityItem(
          { kind: 'chatmessage', of: requestId, sort: place },
          { place, ...(ref ? { ref } : {}), seq, told },
          plusSeconds(at.clock.now(), KEPT_SECONDS),
        ),
        unlessChanged(was, at.clock),
      ),
    ),
});
