import { visible } from '../shown/visible.ts';
import type { DossierAnswer } from './dossier-answer.ts';
import { type Fact, type Told, headFacts, toldOf } from './dossier-words.ts';
import type { Used } from './used.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Other people's text as text: no markup, and what hides in it or turns it around is shown. */
const escaped = (text: string): string =>
  visible(text).replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

const bdi = (text: string): string => `<bdi>${escaped(text)}</bdi>`;

const STYLE = `
:root { color-scheme: light dark; --line: #767676; --soft: #f3f3f3; --bad: #b00020; }
@media (prefers-color-scheme: dark) { :root { --line: #8a8a8a; --soft: #262626; --bad: #ff8a80; } }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; margin: 0; }
dt { font-weight: 600; }
dd { margin: 0; }
ol { list-style: none; padding: 0; }
li { border-left: 3px solid var(--line); padding: 0 0 0 1rem; margin: 0 0 1.5rem; break-inside: avoid; }
li.bad { border-left-color: var(--bad); }
li.trail { border-left-style: dashed; }
h2 { font-size: 1.25rem; }
h3 { font-size: 1rem; margin: 0; }
blockquote { margin: 0.25rem 0; padding: 0.25rem 0.75rem; background: var(--soft); white-space: pre-wrap; unicode-bidi: isolate; }
.proof { font-size: 0.875rem; }
.bad .proof { color: var(--bad); font-weight: 600; }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr; } }
@media print { body { margin: 0; max-width: none; font-size: 10pt; } :root { color-scheme: light; } blockquote { border: 1px solid; } a { color: inherit; } }
`;

/** The dossier as one page that needs nothing else, to be read, printed and kept. It runs no script and loads nothing. */
export const dossierHtml = (dossier: DossierAnswer, used: readonly Used[]): string => {
  const { request } = dossier;
  const told = toldOf(dossier, used);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>Dossier of ${escaped(request.id)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Dossier</h1>
${list(headFacts(dossier))}
${request.justification === undefined || request.justification === '' ? '' : `<h2>Why</h2>\n<blockquote>${escaped(request.justification)}</blockquote>`}
<h2>What happened</h2>
<ol>
${told.map(item).join('\n')}
</ol>
</body>
</html>
`;
};

const list = (facts: readonly Fact[]): string =>
  `<dl>\n${facts.map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${bdi(value)}</dd>`).join('\n')}\n</dl>`;

const item = ({ at, what, who, facts, words, proof, isBad }: Told): string => {
  const classes = [...(isBad ? ['bad'] : []), ...(proof === undefined ? ['trail'] : [])].join(' ');
  return `<li${classes === '' ? '' : ` class="${classes}"`}>
<h3><time datetime="${escaped(at)}">${escaped(at)}</time> ${escaped(what)}</h3>
<div>${bdi(who)}</div>${words === undefined ? '' : `\n<blockquote>${escaped(words)}</blockquote>`}
${facts.length === 0 ? '' : list(facts)}
${proof === undefined ? '' : `<div class="proof">${escaped(proof)}</div>`}
</li>`;
};
