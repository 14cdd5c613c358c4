import type { ServerResponse } from 'node:http';
import type { Account } from './accounts.ts';
import { escapeHtml, hiddenFields, sendPage } from './page.ts';

export interface Chooser {
  readonly providerName: string;
  /** Where the form posts the field `account`: the id of the account, or empty for "cancel". */
  readonly action: string;
  /** Other fields that the form carries along. */
  readonly hidden?: Readonly<Record<string, string>>;
  readonly accounts: readonly Account[];
  readonly mfa: boolean;
}

/** Sends the page on which a person chooses whom to be; no script. */
export const sendChooser = (response: ServerResponse, chooser: Chooser): void => {
  sendPage(response, { title: `Choose an account – ${chooser.providerName}`, main: mainOf(chooser) });
};

const mainOf = ({ providerName, action, hidden = {}, accounts, mfa }: Chooser): string => `<h1>Choose an account</h1>
<p>${escapeHtml(providerName)}, on this machine only. No password${mfa ? '; a second factor counts as given' : ''}.</p>
<form method="post" action="${escapeHtml(action)}">
${hiddenFields(hidden)}
${accounts
  .filter(({ kind }) => kind === 'person')
  .map(accountButton)
  .join('\n')}
<button class="plain" name="account" value="">Cancel</button>
</form>`;

const accountButton = ({ id, claims }: Account): string => {
  const groups =
    Array.isArray(claims['groups']) && claims['groups'].length > 0 ? claims['groups'].join(', ') : 'no groups';
  return `<button name="account" value="${escapeHtml(id)}"><strong>${escapeHtml(id)}</strong><span>${escapeHtml(groups)}</span></button>`;
};
