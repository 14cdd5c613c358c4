import { execFileSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { liveLine } from '../../cli/live-line.ts';
import { type Figure, isMet, tableOf, verdictOn } from './figure.ts';
import { markdown } from './markdown.ts';
import type { Effort } from './section.ts';
import { sections } from './sections.ts';

const USAGE = `npm run bench -- [${Object.keys(sections).join('] [')}]
                 [--full] [--json] [--seed N] [--rounds 100] [--round-ms 20]

  Measures what docs/benchmarks.md records, on this machine; all of it unless some is named. Last comes the table by which the design
  is measured. --full: at the sizes that it names, which takes hours. --json: that table as JSON, and nothing else on standard output.
  Ends with 1 when a bound is broken.
`;

const main = async (): Promise<boolean> => {
  const { values, positionals } = parseArgs({
    options: {
      ...{ rounds: { type: 'string' }, 'round-ms': { type: 'string' }, seed: { type: 'string' } },
      ...{ full: { type: 'boolean' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    },
    allowPositionals: true,
  });
  const [rounds, roundMs] = [Number(values.rounds ?? 100), Number(values['round-ms'] ?? 20)];
  const seed = Number(values.seed ?? Date.now() % 1_000_000_000);
  const chosen = Object.entries(sections).filter(([name]) => positionals.length === 0 || positionals.includes(name));
  const areKnown = positionals.every((name) => name in sections);
  if (values.help || !(rounds >= 1) || !(roundMs > 0) || !Number.isSafeInteger(seed) || !areKnown) {
    process.stdout.write(USAGE);
    return values.help === true;
  }
  const out = values.json ? process.stderr : process.stdout;
  const line = liveLine(process.stderr);
  out.write(`${JSON.stringify(where())}\n`);
  const figures: Figure[] = [];
  let isGood = true;
  for (const [name, section] of chosen) {
    line.show(name);
    const effort: Effort = {
      rounds,
      roundMs,
      seed,
      isFull: values.full ?? false,
      tell: (how) => {
        line.show(`${name}: ${how}`);
      },
    };
    const beganMs = performance.now();
    const found = await section(effort);
    line.clear();
    const seconds = ((performance.now() - beganMs) / 1000).toFixed(0);
    out.write(`\n${name}, ${seconds} s, load ${loadNow()}\n\n${found.table.length > 0 ? markdown(found.table) : ''}`);
    for (const remark of found.remarks ?? []) out.write(`${remark}\n`);
    figures.push(...(found.figures ?? []));
    isGood &&= found.isGood ?? true;
  }
  out.write(`\n${markdown(tableOf(figures))}`);
  isGood &&= figures.every(isMet);
  const rows = figures.map((figure) => ({ ...figure, isMet: isMet(figure), verdict: verdictOn(figure) }));
  if (values.json) process.stdout.write(`${JSON.stringify({ ...where(), seed, isGood, rows }, undefined, 2)}\n`);
  return isGood;
};

const loadNow = (): string => loadavg()[0]?.toFixed(1) ?? '';

/** On what, and of what, this was measured. */
const where = () => ({
  at: new Date().toISOString(),
  commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
  node: process.version,
  cpus: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
  load: loadNow(),
});

process.exitCode = (await main()) ? 0 : 1;
