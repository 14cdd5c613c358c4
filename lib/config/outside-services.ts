import * as z from 'zod';
import type { OutsideServices, TicketService } from '../outbound/ports.ts';
import type { AccessFault } from './access-fault.ts';
import { distinct, fault, lineOf, timezone } from './access-words.ts';
import { present } from './present.ts';
import { checked } from './schema-fault.ts';
import { ofStage, parseSecretReference } from './secret-reference.ts';
import { secureUrl } from './web-address.ts';
import type { YamlSource } from './yaml-source.ts';

/**
 * The functions that ask may read these parameters of their own stage and no others: not what identity providers know us by, not the
 * pepper, nothing of another stage.
 */
const OWN_SECRETS = /^(?:ssm:\/hatcheck\/\$stage\/outside\/|env:)/;

const isOwnSecret = (text: string): boolean =>
  OWN_SECRETS.test(text) && parseSecretReference(ofStage(text, 'stage')) !== undefined;

const secret = z.string().refine(isOwnSecret, {
  error: 'must say where the secret is, ssm:/hatcheck/$stage/outside/name or env:NAME, not what it is',
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

export const tickets = z.discriminatedUnion('type', [
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

/** An address of a mailbox; which of them exist, the identity provider says. */
const email = lineOf(254).regex(/^[^\s@]+@[^\s@]+$/, { error: 'must be an e-mail address' });

/** As clocks there showed it; a day that there is. */
const start = lineOf(16).refine((text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(text) && isDate(`${text}:00.000Z`), {
  error: 'must be what the clocks there showed, such as 2026-01-05T09:00',
  params: { code: 'invalid_format' },
});

const isDate = (text: string): boolean => {
  const date = new Date(text);
  return !Number.isNaN(date.getTime()) && date.toISOString() === text;
};

const schedule = lineOf(64).regex(/^[A-Za-z0-9_-]+$/, { error: 'must be the id of a schedule' });

/** @param providersOfPeople by one of which each of those on call is known; where there is one, it need not be said */
export const onCall = (providersOfPeople: readonly string[]) => {
  const identityProvider = z
    .string()
    .check(({ value, issues }) => {
      if (!providersOfPeople.includes(value))
        issues.push({
          ...fault('unknown_provider', 'must be an identity provider that people sign in at'),
          input: value,
        });
    })
    .optional();
  return z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('rota'),
      identityProvider,
      people: distinct(email, 100),
      start,
      turnDays: z.int().min(1).max(366),
      timezone,
    }),
    z.strictObject({
      type: z.literal('pagerduty'),
      identityProvider,
      url: base.default('https://api.pagerduty.com'),
      token: secret,
      schedule,
    }),
    z.strictObject({
      type: z.literal('opsgenie'),
      identityProvider,
      url: base.default('https://api.opsgenie.com'),
      token: secret,
      schedule,
    }),
  ]);
};

/** What they may be named by, and what they refer to. */
interface Named {
  readonly tickets: readonly string[];
  readonly onCall: readonly string[];
  /** The ids of the providers that people sign in at. */
  readonly people: readonly string[];
  /** By the id of the provider. */
  readonly issuers: ReadonlyMap<string, string>;
}

/** The services outside AWS that access.yml names. */
export const outsideServices = (source: YamlSource, faults: AccessFault[], names: Named): OutsideServices => ({
  onCall: names.onCall.flatMap((id) => {
    const text = checked(source, ['onCall', id], onCall(names.people), faults);
    if (!text) return [];
    const [only, ...others] = names.people;
    const { identityProvider = others.length === 0 ? only : undefined, ...rest } = text;
    if (identityProvider === undefined)
      faults.push(
        source.fault(
          ['onCall', id],
          'ambiguous_provider',
          `must say by identityProvider whose people they are: ${names.people.join(', ')}`,
        ),
      );
    // Of a provider with faults no issuer is known; then nothing of the file is taken.
    return [{ id, issuer: names.issuers.get(identityProvider ?? '') ?? '', ...rest }];
  }),
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
