import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { sesMail } from '../../../lib/aws/ses-mail.ts';
import { HatcheckError } from '../../../lib/domain/errors.ts';
import type { LocalAws } from '../../../local/aws/server.ts';
import { BROKER_ACCOUNT, clientConfig, codeOf, policy, role, start } from './small-world.ts';

const MAILER = `arn:aws:iam::${BROKER_ACCOUNT}:role/hatcheck/mailer`;
const READER = `arn:aws:iam::${BROKER_ACCOUNT}:role/hatcheck/reader`;
const FROM = 'hatcheck@example.com';
const MAIL = { subject: 'Erin asks: Administer ü', text: 'Who: Erin\n<b>x</b> & y\n' };

let aws: LocalAws;
beforeEach(async () => {
  aws = await start({ mailIdentities: ['example.com', 'other@example.org'] });
  aws.addRole({ ...role(READER), policies: [] });
  aws.addRole({
    ...role(MAILER),
    policies: [
      policy({
        Effect: 'Allow',
        Action: 'ses:SendEmail',
        Resource: `arn:aws:ses:eu-west-1:${BROKER_ACCOUNT}:identity/*`,
        Condition: { StringEquals: { 'ses:FromAddress': FROM } },
      }),
    ],
  });
});
afterEach(() => aws.close());

const client = (roleArn = MAILER) => new SESv2Client({ ...clientConfig(aws, roleArn), maxAttempts: 1 });
const mail = (from = FROM, roleArn = MAILER) => sesMail({ client: client(roleArn), from });

test('a mail that SES takes lies in the mailbox as it was sent, and says that nobody wrote it', async () => {
  expect(await mail().send('erin@example.org', MAIL)).toBe('sent');
  expect(aws.mails).toMatchObject([
    { from: FROM, to: ['erin@example.org'], ...MAIL, headers: { 'Auto-Submitted': 'auto-generated' } },
  ]);
});

test('the mailbox shows it as text', async () => {
  await mail().send('erin@example.org', MAIL);
  const page = await fetch(aws.mailbox);
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(await page.text()).toContain('Who: Erin\n&lt;b&gt;x&lt;/b&gt; &amp; y\n');
});

describe('attack: nothing is sent', () => {
  test.each([
    ['from an address that the role may not send from', 'other@example.org', MAILER],
    ['by a role that may send nothing', FROM, READER],
  ])('%s', async (_what, from, roleArn) => {
    expect(await mail(from, roleArn).send('erin@example.org', MAIL)).toBe('refused');
    expect(aws.mails).toStrictEqual([]);
  });

  test.each(['erin@example.org, mallory@evil.example', 'erin@example.org\r\nBcc: mallory@evil.example', 'Erin'])(
    'to what is not one address: %j',
    async (to) => {
      expect(await mail().send(to, MAIL)).toBe('refused');
      expect(aws.mails).toStrictEqual([]);
    },
  );

  test('without a signature', async () => {
    const response = await fetch(`${aws.endpoint}/v2/email/outbound-emails`, { method: 'POST', body: '{}' });
    expect(response.status).toBe(403);
    expect(aws.mails).toStrictEqual([]);
  });
});

test('what SES has not verified is rejected, and what it does not know is no operation', async () => {
  aws.addRole({ ...role(MAILER), policies: [policy({ Effect: 'Allow', Action: 'ses:SendEmail', Resource: '*' })] });
  expect(await mail('hatcheck@example.net').send('erin@example.org', MAIL)).toBe('refused');
  const from = { FromEmailAddress: FROM, Destination: { ToAddresses: ['erin@example.org'] } };
  expect(
    await codeOf(client().send(new SendEmailCommand({ ...from, Content: { Raw: { Data: Buffer.from('x') } } }))),
  ).toBe('BadRequestException');
});

test('where SES does not answer, the mail may be taken later', async () => {
  const away = sesMail({
    client: new SESv2Client({ ...clientConfig(aws, MAILER), endpoint: 'http://127.0.0.1:9', maxAttempts: 1 }),
    from: FROM,
  });
  const error: unknown = await away.send('erin@example.org', MAIL).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(HatcheckError);
  expect(error).toMatchObject({ code: 'aws_unavailable' });
});
