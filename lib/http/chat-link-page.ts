import type { Answer } from './call.ts';
import { type Html, codeField, formPage, hiddenFields, html, signOutForm } from './page.ts';

/** An account in chat, as the page shows it. */
export interface ShownChat {
  readonly key: string;
  readonly platform: 'slack' | 'teams';
  readonly workspace: string;
  readonly user: string;
}

const PLATFORMS = { slack: 'Slack', teams: 'Microsoft Teams' } as const;

const idsOf = ({ platform, workspace, user }: Omit<ShownChat, 'key'>): Html =>
  html`${PLATFORMS[platform]} account <code>${user}</code> of <code>${workspace}</code>`;

/** Asks for the code that the chat shows; below it, the accounts that are linked. `said` is what came of the last try. */
export const chatCodePage = ({
  csrf,
  linked,
  said,
}: {
  readonly csrf: string;
  readonly linked: readonly ShownChat[];
  readonly said?: 'unknown' | 'linked' | 'left' | 'removed';
}): Answer =>
  linkPage(
    html`<h1>Link a chat account</h1>
      ${said === undefined ? [] : [html`<p role="alert">${SAID[said]}</p>`]}
      <form method="post" action="/chat/link">
        ${hiddenFields({ csrf })}
        <label for="code">The code that you were shown in chat</label>
        ${codeField('code')}
        <button class="main">Go on</button>
      </form>
      ${linked.length === 0 ? [] : [html`<h2>Linked</h2>`]}
      ${linked.map(
        ({ key, ...account }) =>
          html`<form method="post" action="/chat/link">
            ${hiddenFields({ csrf, remove: key })}
            <p>${idsOf(account)} <button>Unlink</button></p>
          </form>`,
      )}
      ${signOutForm(csrf)}`,
  );

const SAID = {
  unknown: 'No chat account waits with this code, or no longer. Ask for another one in chat.',
  linked: 'Linked. What you decide in chat now counts as yours.',
  left: 'Not linked. If you did not ask for the code yourself, tell your security team.',
  removed: 'Unlinked. What is pressed there counts for nothing now.',
} as const;

export interface ChatLinkQuestion {
  /** Who it would speak for: e-mail address or name. */
  readonly person: string;
  readonly account: Omit<ShownChat, 'key'>;
  readonly name?: string;
  readonly code: string;
  readonly csrf: string;
}

/** Asks whether the account is theirs. Whoever sent them the code may be anybody: the page says all that is known. */
export const chatLinkQuestionPage = ({ person, account, name, code, csrf }: ChatLinkQuestion): Answer =>
  linkPage(
    html`<h1>Is this your chat account?</h1>
      <p>What it says would count as said by <strong>${person}</strong>, approvals too.</p>
      <dl>
        <dt>Account</dt>
        <dd>${idsOf(account)}</dd>
        <dt>Calls itself</dt>
        <dd>${name ?? 'nothing'}</dd>
        <dt>Code</dt>
        <dd class="code">${code}</dd>
      </dl>
      <p class="warning">
        Link it only if you asked for the code yourself a moment ago, in your own account. If somebody sent you the
        code, do not: they would decide in your name.
      </p>
      <form method="post" action="/chat/link">
        ${hiddenFields({ csrf, code })}
        <button class="main" name="decision" value="link">Link it</button>
        <button name="decision" value="leave">It is not mine</button>
      </form>
      ${signOutForm(csrf)}`,
  );

const linkPage = (main: Html): Answer => formPage('Link a chat account', main);
