import { createHash } from 'node:crypto';
import type { Answer } from './call.ts';

/** One way to sign in: what it is called, and where choosing it leads. */
export interface ProviderChoice {
  readonly id: string;
  readonly href: string;
}

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { display: grid; place-items: center; min-height: 100vh; margin: 0; background: Canvas; color: CanvasText; }
main { width: min(26rem, 92vw); }
h1 { font-size: 1.4rem; margin: 0 0 1rem; }
ul { display: grid; gap: .5rem; list-style: none; margin: 0; padding: 0; }
a { display: block; padding: .75rem 1rem; border: 1px solid GrayText; border-radius: .6rem; background: Field;
  color: FieldText; font-weight: 600; text-decoration: none; }
a:hover { border-color: CanvasText; }
a:focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }
`;

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Where several identity providers are configured, lets the person say which one knows them. Links only: it works without scripts. */
export const providerPage = (choices: readonly ProviderChoice[]): Answer => ({
  status: 200,
  html: `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in – Hatcheck</title>
<style>${STYLE}</style>
<main>
<h1>Sign in with</h1>
<ul>
${choices.map(({ id, href }) => `<li><a href="${escaped(href)}">${escaped(id)}</a></li>`).join('\n')}
</ul>
</main>
</html>
`,
  headers: { 'content-security-policy': CONTENT_SECURITY_POLICY },
});

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
