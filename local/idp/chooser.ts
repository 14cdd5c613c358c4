import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Account } from './accounts.ts';

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { display: grid; place-items: center; min-height: 100vh; margin: 0; background: Canvas; color: CanvasText; }
main { width: min(26rem, 92vw); }
h1 { font-size: 1.4rem; margin: 0 0 .25rem; }
p { margin: 0 0 1.25rem; }
form { display: grid; gap: .5rem; }
button { font: inherit; text-align: start; padding: .75rem 1rem; border: 1px solid GrayText; border-radius: .6rem;
  background: Field; color: FieldText; cursor: pointer; }
button:hover { border-color: CanvasText; }
button:focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }
button span { display: block; }
button.plain { text-align: center; border-color: transparent; background: none; color: CanvasText; }
`;

// No form-action: Chromium applies it to the redirects after the post too, and those lead back to the client.
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

export interface Chooser {
  readonly providerName: string;
  /** Where the form posts the field `account`: the id of the account, or empty for "cancel". */
  readonly action: string;
  /** Other fields that the form carries along. */
  readonly hidden?: Readonly<Record<string, string>>;
  readonly accounts: readonly Account[];
  readonly mfa: boolean;
}

/** Sends the page on which a person chooses whom to be; no script, no outside content. */
export const sendChooser = (response: ServerResponse, chooser: Chooser): void => {
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
  response.end(chooserPage(chooser));
};

const chooserPage = ({ providerName, action, hidden = {}, accounts, mfa }: Chooser): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Choose an account – ${escapeHtml(providerName)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Choose an account</h1>
<p>${escapeHtml(providerName)}, on this machine only. No password${mfa ? '; a second factor counts as given' : ''}.</p>
<form method="post" action="${escapeHtml(action)}">
${Object.entries(hidden).map(hiddenField).join('\n')}
${accounts
  .filter(({ kind }) => kind === 'person')
  .map(accountButton)
  .join('\n')}
<button class="plain" name="account" value="">Cancel</button>
</form>
</main>
</body>
</html>
`;

const hiddenField = ([name, value]: [string, string]): string =>
  `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`;

const accountButton = ({ id, claims }: Account): string => {
  const groups =
    Array.isArray(claims['groups']) && claims['groups'].length > 0 ? claims['groups'].join(', ') : 'no groups';
  return `<button name="account" value="${escapeHtml(id)}"><strong>${escapeHtml(id)}</strong><span>${escapeHtml(groups)}</span></button>`;
};

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
