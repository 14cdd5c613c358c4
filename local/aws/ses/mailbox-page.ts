import { type Html, html, page } from '../federation/html.ts';
import type { Answer, WireRequest } from '../wire.ts';
import type { LocalMail } from './service.ts';

/** Answers /mailbox, where all mails lie, the newest first, and returns undefined for everything else. */
export const createMailbox =
  (mails: readonly LocalMail[]) =>
  (request: WireRequest): Answer | undefined => {
    if (request.path !== '/mailbox' || request.method !== 'GET' || request.headers.has('authorization'))
      return undefined;
    return page(
      200,
      'mailbox',
      html`<header><strong>local mailbox</strong><span>whatever SES was given; nothing is sent anywhere</span></header>
        <main>
          ${mails.length === 0 ? html`<section><p>No mail yet.</p></section>` : mails.toReversed().map(shown)}
        </main>`,
    );
  };

const shown = ({ at, from, to, subject, text }: LocalMail): Html =>
  html`<section>
    <h2>${subject}</h2>
    <dl>
      <dt>To</dt>
      <dd>${to.join(', ')}</dd>
      <dt>From</dt>
      <dd>${from}</dd>
      <dt>At</dt>
      <dd>${at}</dd>
    </dl>
    <pre>${text}</pre>
  </section>`;
