import * as z from 'zod';
import type { TicketCheck } from '../domain/ticket.ts';
import { fault } from './access-words.ts';

/** `{with: jira, assigned: true, endsGrant: true}`; what is not written is not asked for. */
export const ticketCheck = (services: readonly string[]) =>
  z
    .strictObject({
      with: z.string().check(({ value, issues }) => {
        if (!services.includes(value))
          issues.push({ ...fault('unknown_service', 'is not one of the ticket services'), input: value });
      }),
      assigned: z.boolean().default(false),
      endsGrant: z.boolean().default(false),
    })
    .transform(({ with: service, ...rest }): TicketCheck => ({ service, ...rest }));
