import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { cliPage } from './cli-page.ts';
import { eventsPage } from './events-page.ts';
import { sizingPage } from './sizing/page.ts';
import { type Edge, edges } from './state-machine.ts';

const DOCS = new URL('../docs/', import.meta.url);

/** The page about a request's life, made from the code. */
export const stateMachinePage = (): string => {
  const found = edges().toSorted((a, b) => compare(sortKey(a), sortKey(b)));
  return `# The life of a request

Made from the code by \`npm run docs\`: every act is tried by everybody at every moment of requests of each kind, with the very functions
that decide (\`lib/domain/decide.ts\`) and fold (\`lib/domain/request.ts\`). A test compares.

\`approved\` is either \`scheduled\` or \`active\`, by the clock. A status is computed when somebody asks; what time does needs no event.

What is over may be revoked only as long as a session of it may still be out that nothing denies (\`mayOutliveGrant\` in \`lib/domain/sessions-out.ts\`).

\`\`\`mermaid
stateDiagram-v2
${names(found)
  .map((name) => `  state "${name}" as ${idOf(name)}\n`)
  .join('')}${found
    .filter(({ from, to }) => from !== to)
    .map(({ from, what, to }) => `  ${idOf(from)} --> ${idOf(to)}: ${what}\n`)
    .join('')}\`\`\`

| from | what | to | who |
|---|---|---|---|
${found.map(({ from, what, to, by }) => `| ${from || 'nothing'} | ${what === 'time' ? 'time' : codeOf(what)} | ${to} | ${by.join(', ')} |\n`).join('')}
The outcomes of an issue (\`credentials.issued\` and its kin, \`console.issued\`), \`sessions.ended\`, and \`request.lapsed\`, which tells those who follow the ledger that a
pending request's time was over, stand in the same stream and change nothing of this.
`;
};

/** In the order of a life. */
const ORDER = ['', 'pending', 'scheduled', 'active', 'active, more time asked for'];

const sortKey = ({ from, what, to }: Edge): string =>
  [from, to].map((name) => `${ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length} ${name}`).join(' ') + what;

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const names = (found: readonly Edge[]): readonly string[] => [
  ...new Set(found.flatMap(({ from, to }) => [from, to]).filter((name) => name !== '')),
];

const idOf = (name: string): string => (name === '' ? '[*]' : name.replaceAll(/\W+/g, '_'));

const codeOf = (what: string): string => what.replace(/^[\w.]+/, (type) => `\`${type}\``);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const pages = {
    'state-machine.md': stateMachinePage(),
    'cli.md': cliPage(),
    'events.md': eventsPage(),
    'sizing.md': sizingPage(),
  };
  for (const [name, page] of Object.entries(pages)) {
    const file = new URL(name, DOCS);
    const before = await readFile(file, 'utf8').catch(() => '');
    await writeFile(file, page);
    console.log(`${before === page ? 'as it was' : 'written anew'}: docs/${name}`);
  }
}
