import { createHash } from 'node:crypto';
import type { Answer } from '../wire.ts';
import { escapeMarkup } from '../xml.ts';

/** Markup that is safe to send; only `html` makes it, so that no text gets in without being escaped. */
export interface Html {
  readonly markup: string;
}

type Value = string | number | Html | readonly Html[];

/** A template tag: texts are escaped, Html stays as it is. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  const markup = parts.map((part, i) => part + render(values[i] ?? '')).join('');
  return { markup };
}

function render(value: Value): string {
  if (typeof value === 'string' || typeof value === 'number') return escapeMarkup(String(value));
  return 'markup' in value ? value.markup : value.map((one) => one.markup).join('');
}

const STYLE = `
:root { color-scheme: light dark; --page: #f4f5f7; --card: #fff; --text: #16191f; --quiet: #545b64; --line: #d5dbdb; --good: #1d6b1d; --bad: #b0281a; }
@media (prefers-color-scheme: dark) { :root { --page: #0f1419; --card: #192029; --text: #e9ebed; --quiet: #a8b2bd; --line: #38434f; --good: #7fd17f; --bad: #ff9c8f; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
header { background: #16191f; color: #fff; padding: 12px 24px; display: flex; gap: 12px; align-items: baseline; flex-wrap: wrap; }
header strong { font-size: 18px; } header span { color: #c6cdd4; } header a { color: #fff; margin-left: auto; }
main { max-width: 880px; margin: 24px auto; padding: 0 16px; display: grid; gap: 16px; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 16px 24px; }
h1 { font-size: 22px; margin: 0 0 12px; } h2 { font-size: 17px; margin: 0 0 12px; }
dl { display: grid; grid-template-columns: minmax(120px, 190px) 1fr; gap: 6px 16px; margin: 0; }
dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
pre { font: 14px/1.5 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; margin: 12px 0 0; }
code { font: 14px ui-monospace, monospace; } ul { margin: 0; padding-left: 20px; }
.allowed { color: var(--good); } .denied { color: var(--bad); } .quiet { color: var(--quiet); } a { color: inherit; }
@media (max-width: 520px) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 8px; } }
`;

/** Apart from the template, where formatting would add to what the hash was taken of. */
const STYLE_ELEMENT: Html = { markup: `<style>${STYLE}</style>` };
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** A whole page that runs no script, loads nothing and stands in no frame. */
export function page(status: number, title: string, content: Html, headers: Record<string, string> = {}): Answer {
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title} – local AWS console</title>
        ${STYLE_ELEMENT}
      </head>
      <body>
        ${content}
      </body>
    </html>`;
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
    body: document.markup,
  };
}
