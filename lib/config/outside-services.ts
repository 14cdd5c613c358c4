import * as z from 'zod';
import type { OutsideServices, TicketService } from '../outbound/ports.ts';
import type { AccessFault } from './access-fault.ts';
import { distinct, fault, lineOf } from './access-words.ts';
import { present } from './present.ts';
import { checked } from './schema-fault.ts';
import { parseSecretReference } from './secret-reference.ts';
import { secureUrl } from './web-address.ts';
import type { YamlSource } from './yaml-source.ts';

/** The functions that ask may read these parameters and no others: not what identity providers know us by, not the pepper. */
const OWN_SECRETS = /^(?:ssm:\/hatcheck\/outside\/|env:)/;

const secret = z.string().refine((text) => parseSecretReference(text) !== undefined && OWN_SECRETS.test(text), {
  error: 'must say where the secret is, ssm:/hatcheck/outside/name or env:NAME, not what it is',
  params: { code: 'literal_secret' },
});

const address = lineOf(512).refine((text) => secureUrl(text)?.hash === '' && !text.includes('#'), {
  error: 'must be an https URL, or http on a loopback address',
  params: { code: 'invalid_address' },
});

const base = address.refine((text) => secureUrl(text)?.search === '' && !text.includes('?'), {
  error: 'must be an address without a query',
  params: { code: 'invalid_address' },
});

/** Where the ticket goes it must not be able to say who is asked. */
const template = address.transform((text, context) => {
  const [before = '', after, ...more] = text.split('{ticket}');
  if (after === undefined || more.length > 0)
    context.addIssue(fault('no_place_for_ticket', 'must have {ticket} in it, once'));
  else if (!/^https?:\/\/[^/]+\//.test(before))
    context.addIssue(fault('no_place_for_ticket', 'must have {ticket} in its path or query'));
  return text;
});

/** RFC 6901. */
const pointer = lineOf(128).regex(/^(?:\/(?:[^/~]|~[01])*)+$/, {
  error: 'must be a JSON Pointer such as /status/name',
});

const access = { token: secret.optional(), user: lineOf(255).optional() };

const tickets = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('jira'), url: base, ...access }),
  z.strictObject({ type: z.literal('servicenow'), url: base, ...access }),
  z.strictObject({
    type: z.literal('generic'),
    url: template,
    ...access,
    state: pointer,
    assignee: pointer.optional(),
    open: distinct(lineOf(64), 20),
  }),
]);

/** The services outside AWS that access.yml names. */
export const outsideServices = (
  source: YamlSource,
  faults: AccessFault[],
  names: { readonly tickets: readonly string[] },
): OutsideServices => ({
  tickets: names.tickets.flatMap((id) => {
    const text = checked(source, ['tickets', id], tickets, faults);
    return text ? [ticketService(id, text)] : [];
  }),
});

const ticketService = (id: string, { token, user, ...text }: z.infer<typeof tickets>): TicketService => {
  const own = { id, ...present({ token, user }) };
  if (text.type !== 'generic') return { ...own, ...text };
  const { assignee, ...rest } = text;
  return { ...own, ...rest, ...present({ assignee }) };
};
