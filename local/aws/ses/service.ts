import * as z from 'zod';
import { isMailbox } from '../../../lib/domain/email.ts';
import { AwsFault } from '../fault.ts';
import { SIGNATURE_FAULTS, authorise } from '../service.ts';
import type { Service, ServiceCall } from '../service.ts';
import type { Answer } from '../wire.ts';

/** A mail that was taken. */
export interface LocalMail {
  readonly id: string;
  readonly at: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface SesOptions {
  /** Addresses and domains that mail may come from. */
  readonly verified: readonly string[];
  /** The newest last; more than this many, and the oldest go. */
  readonly mails: LocalMail[];
}

const KEPT_MAILS = 500;

const content = z.strictObject({ Data: z.string().min(1), Charset: z.literal('UTF-8') });

/** SES API v2, SendEmail: of its members those that are sent here, each as the reference has it. */
const sendSchema = z.strictObject({
  FromEmailAddress: z.string(),
  Destination: z.strictObject({ ToAddresses: z.array(z.string()).min(1).max(50) }),
  Content: z.strictObject({
    Simple: z.strictObject({
      Subject: content,
      Body: z.strictObject({ Text: content }),
      Headers: z
        .array(
          z.strictObject({ Name: z.string().regex(/^[!-9;-~]{1,126}$/), Value: z.string().regex(/^[ -~]{1,870}$/) }),
        )
        .default([]),
    }),
  }),
});

/** SES: SendEmail by the REST protocol of its version 2. What it takes lies in the local mailbox, and goes nowhere. */
export const createSes = (options: SesOptions): Service => ({
  skewSeconds: 300,
  signatureFaults: SIGNATURE_FAULTS,
  answer: (call) => Promise.resolve().then(() => answer(call, options)),
  renderFault: ({ status, code, message }, requestId) => ({
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': code, 'x-amzn-requestid': requestId },
    body: JSON.stringify({ message }),
  }),
});

const answer = (call: ServiceCall, { verified, mails }: SesOptions): Answer => {
  const { request, role, region, now, requestId } = call;
  call.notes.action = 'ses:SendEmail';
  if (request.method !== 'POST' || request.path !== '/v2/email/outbound-emails')
    throw new AwsFault(404, 'NotFoundException', 'No such operation is known here');
  const { FromEmailAddress: from, Destination, Content } = read(request.body);
  const domain = from.slice(from.lastIndexOf('@') + 1);
  const identity = verified.find((one) => one === from || one === domain);
  authorise(
    call,
    'ses:SendEmail',
    `arn:${role.partition}:ses:${region}:${role.account}:identity/${identity ?? domain}`,
    {
      more: [
        ['ses:FromAddress', [from]],
        ['ses:Recipients', Destination.ToAddresses],
      ],
      denial: [403, 'AccessDeniedException'],
    },
  );
  if (!isMailbox(from) || !Destination.ToAddresses.every(isMailbox))
    throw new AwsFault(400, 'BadRequestException', 'Illegal address');
  if (identity === undefined) throw new AwsFault(400, 'MessageRejected', `Email address is not verified: ${domain}`);
  const { Subject, Body, Headers } = Content.Simple;
  mails.push({
    ...{ id: requestId, at: now.toISOString(), from, to: Destination.ToAddresses },
    ...{ subject: Subject.Data, text: Body.Text.Data },
    headers: Object.fromEntries(Headers.map(({ Name, Value }) => [Name, Value])),
  });
  mails.splice(0, Math.max(0, mails.length - KEPT_MAILS));
  const headers = { 'content-type': 'application/json', 'x-amzn-requestid': requestId };
  return { status: 200, headers, body: JSON.stringify({ MessageId: requestId }) };
};

const read = (body: Buffer): z.infer<typeof sendSchema> => {
  try {
    return sendSchema.parse(JSON.parse(body.toString()));
  } catch {
    throw new AwsFault(400, 'BadRequestException', 'The request is not of the form that SendEmail takes');
  }
};
