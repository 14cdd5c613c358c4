import { createHash } from 'node:crypto';
import type { Answer } from './call.ts';
import { STYLE } from './page-style.ts';

/** Markup of ours, with everything that came from outside escaped. Only {@link html} makes it. */
export interface Html {
  readonly markup: string;
}

type Part = string | Html | readonly Html[];

/** Markup with parts: text is escaped, markup stays, and of a list each goes on a line of its own. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html => ({
  markup: strings.map((text, i) => text + markupOf(parts[i] ?? '')).join(''),
});

const markupOf = (part: Part): string => {
  if (typeof part === 'string') return escaped(part);
  return 'markup' in part ? part.markup : part.map(({ markup }) => markup).join('\n');
};

/** A whole document for a browser that came by itself. No script, nothing from elsewhere: one style, which the policy names by its hash. */
export const page = (title: string, main: Html): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)} – Hatcheck</title>
<style>${STYLE}</style>
<main>
${main.markup}
</main>
</html>
`;

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** The Content-Security-Policy of such a page. @param formAction where its forms, and the redirects that answer them, may go */
export const pagePolicy = (formAction = "'none'"): string =>
  [
    "default-src 'none'",
    `style-src 'sha256-${STYLE_HASH}'`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
    `form-action ${formAction}`,
  ].join('; ');

/** Such a document whose forms come back to us. */
export const formPage = (title: string, main: Html): Answer => ({
  status: 200,
  html: page(title, main),
  // With `no-referrer` the form would come with `Origin: null`.
  headers: { 'content-security-policy': pagePolicy("'self'"), 'referrer-policy': 'same-origin' },
});

/** Takes a code that people read somewhere else. `typed` is what is in it already. */
export const codeField = (name: string, typed = ''): Html =>
  html`<input
    class="code"
    id="${name}"
    name="${name}"
    value="${typed}"
    maxlength="20"
    autocomplete="off"
    autocapitalize="characters"
    spellcheck="false"
    required
    autofocus
  />`;

/** Sends the fields back as they are. */
export const hiddenFields = (fields: Readonly<Record<string, string>>): readonly Html[] =>
  Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`);

/** An instant to the minute. */
export const timeOf = (instant: string): Html =>
  html`<time datetime="${instant}">${instant.slice(0, 16).replace('T', ' ')} UTC</time>`;

/** The way out, on every page of whoever is signed in (ASVS 5.0, 7.4.4). */
export const signOutForm = (csrf: string): Html =>
  html`<form method="post" action="/logout" class="out">
    ${hiddenFields({ csrf })}
    <button>Sign out</button>
  </form>`;

const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
