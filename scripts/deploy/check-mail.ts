import type { CompiledAccess } from '../../lib/config/access.ts';
import { unlessRefused } from './check-secrets.ts';
import type { Cloud } from './cloud.ts';
import { type Finding, stops, warns } from './finding.ts';

/** Whether SES sends what Hatcheck would mail. */
export const checkMail = async (cloud: Cloud, access: CompiledAccess | undefined): Promise<readonly Finding[]> => {
  const { from } = access?.chat?.mail ?? {};
  if (from === undefined) return [];
  return [
    ...(await unlessRefused('mail', 'ses:GetEmailIdentity', async () =>
      (await cloud.mayMailFrom(from))
        ? []
        : [
            stops(
              'mail',
              `SES has verified neither ${from} nor its domain in this region`,
              `aws sesv2 create-email-identity --email-identity ${from.slice(from.lastIndexOf('@') + 1)}, and the DNS records that it names`,
            ),
          ],
    )),
    ...(await unlessRefused('mail', 'ses:GetAccount', async () =>
      (await cloud.mailIsInSandbox())
        ? [
            warns(
              'mail',
              'SES is in its sandbox here: it mails to verified addresses only',
              'aws sesv2 put-account-details --production-access-enabled …',
            ),
          ]
        : [],
    )),
  ];
};
