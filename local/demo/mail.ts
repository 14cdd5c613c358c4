import { setTimeout as pause } from 'node:timers/promises';
import type { Teller } from './teller.ts';

/** From the ledger over a queue, each of which is looked at once a second. */
const PATIENCE_MS = 30_000;

/** Whoever is not in chat is told by mail; here it lies in the local mailbox. */
export const inTheMailbox = async (awsEndpoint: string, teller: Teller): Promise<void> => {
  const mail = await mailTo(awsEndpoint, 'soc@example.com');
  const [, subject = 'nothing'] = /<h2>([^<]*)<\/h2>/.exec(mail) ?? [];
  teller.step(
    'the address of breakGlass.notify has a mail of it, whose only link leads to the portal',
    subject,
    /break-glass/i.test(subject) && /^Open in the portal: \S+\/requests\/r_\w+$/m.test(mail),
  );
};

/** The first one, as the page shows it, once there is one. */
const mailTo = async (awsEndpoint: string, address: string): Promise<string> => {
  const end = performance.now() + PATIENCE_MS;
  while (performance.now() < end) {
    const page = await (await fetch(`${awsEndpoint}/mailbox`)).text();
    const mail = page.split('<section>').find((section) => section.includes(address));
    if (mail !== undefined) return mail;
    await pause(200);
  }
  return '';
};
