import { SESv2Client, SESv2ServiceException, SendEmailCommand } from '@aws-sdk/client-sesv2';
import type { Mail } from '../chatops/mail/mail.ts';
import { HatcheckError } from '../domain/errors.ts';
import { type AwsAccess, FIXED } from './clients.ts';

/** Milliseconds that SES gets to take a connection, and to answer. */
const TIMEOUTS = { connectionTimeout: 500, requestTimeout: 5000, socketTimeout: 5000, throwOnRequestTimeout: true };

/** Tried once: SES knows no mail again, and the queue that the notice came from brings it again anyway. */
export const sesClient = (access: AwsAccess): SESv2Client =>
  new SESv2Client({ ...FIXED, ...access, maxAttempts: 1, requestHandler: TIMEOUTS });

/** SES API v2, SendEmail, "Errors", and what IAM refuses: the same mail has no better luck later. */
const REFUSED: ReadonlySet<string> = new Set([
  'MessageRejected',
  'MailFromDomainNotVerifiedException',
  'BadRequestException',
  'NotFoundException',
  'AccountSuspendedException',
  'AccessDeniedException',
]);

/** Mails by SES, of plain text, one address each. @param from an address that SES has verified, and that the role may send from */
export const sesMail = ({ client, from }: { readonly client: SESv2Client; readonly from: string }): Mail => ({
  send: async (to, { subject, text }) => {
    try {
      await client.send(
        new SendEmailCommand({
          FromEmailAddress: from,
          Destination: { ToAddresses: [to] },
          Content: {
            Simple: {
              Subject: { Data: subject, Charset: 'UTF-8' },
              Body: { Text: { Data: text, Charset: 'UTF-8' } },
              // RFC 3834, 5: nobody who is away answers it.
              Headers: [{ Name: 'Auto-Submitted', Value: 'auto-generated' }],
            },
          },
        }),
      );
      return 'sent';
    } catch (cause) {
      if (cause instanceof SESv2ServiceException && REFUSED.has(cause.name)) return 'refused';
      throw new HatcheckError({ code: 'aws_unavailable', reason: 'SES did not take a mail' }, { cause });
    }
  },
});
