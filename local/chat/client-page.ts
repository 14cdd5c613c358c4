import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.45 system-ui, sans-serif; }
body { margin: 0; background: Canvas; color: CanvasText; }
header { display: flex; flex-wrap: wrap; gap: 1rem; align-items: end; padding: .75rem 1rem; border-bottom: 1px solid GrayText; }
h1 { font-size: 1.1rem; margin: 0; flex: 1 1 auto; }
label { display: grid; gap: .2rem; font-size: .85rem; }
main { max-width: 46rem; margin: 0 auto; padding: 1rem; display: grid; gap: 1rem; }
article, dialog { border: 1px solid GrayText; border-radius: .6rem; padding: .75rem 1rem; background: Canvas; color: CanvasText; }
article.thread { margin-inline-start: 2rem; }
article h2 { font-size: 1.05rem; margin: 0 0 .5rem; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: 7rem 1fr; gap: .25rem .75rem; margin: 0; }
dt { font-weight: 600; }
dd { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
small { opacity: .75; }
.row { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: .75rem; }
button, select, input, textarea { font: inherit; padding: .4rem .7rem; border: 1px solid GrayText; border-radius: .4rem;
  background: Field; color: FieldText; }
button { cursor: pointer; }
button.primary { border-color: #1a7f37; box-shadow: inset 0 0 0 1px #1a7f37; }
button.danger { border-color: #cf222e; box-shadow: inset 0 0 0 1px #cf222e; }
:focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }
form.ask { display: grid; gap: .75rem; min-width: min(26rem, 80vw); }
`;

/** What either page's script begins with. */
const PRELUDE = `
const $ = (id) => document.getElementById(id);
const make = (tag, members = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), members);
  element.append(...children);
  return element;
};
let state; let before = ''; const typed = new Map();`;

/** A page of a local platform, that shows its messages and lets one press the buttons. */
export interface ClientPage {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** @param script puts texts in as texts, never as markup; `$`, `make`, `state`, `before` and `typed` are there already */
export const clientPage = ({
  title,
  main,
  script,
}: Readonly<Record<'title' | 'main' | 'script', string>>): ClientPage => ({
  html: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
${main}
<script>${PRELUDE}${script}</script>
</body>
</html>
`,
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': `default-src 'none'; style-src ${hashOf(STYLE)}; script-src ${hashOf(PRELUDE + script)}; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'`,
    'x-content-type-options': 'nosniff',
  },
});

export interface Client {
  readonly page: ClientPage;
  readonly state: () => object;
  /** What somebody does, as the page's script says it. */
  readonly act: (what: unknown) => Promise<object>;
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
}

/** The page, what it shows, and what one does on it. */
export const serveClient = async (
  { page, state, act }: Client,
  { method, path, body, headers }: Asked,
  response: ServerResponse,
): Promise<void> => {
  if (path === '/' && method === 'GET') {
    response.writeHead(200, page.headers).end(page.html);
    return;
  }
  const reads = path === '/state' && method === 'GET';
  // Only this page may act: another origin's script cannot send this type without asking first.
  const acts = path === '/do' && method === 'POST' && headers['content-type'] === 'application/json';
  if (reads) json(response, 200, state());
  else if (acts) json(response, 200, await act(JSON.parse(body)));
  else json(response, 404, { error: 'no such page' });
};

const json = (response: ServerResponse, status: number, content: object): void => {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(content));
};
