import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { builtBundles, samlIn } from '../policy/bundles.ts';
import { compare, quantile } from './compare.ts';
import { idTokens } from './id-tokens.ts';
import { measureIssuePath } from './issue-path.ts';
import { samlResponses } from './saml-responses.ts';
import type { Section } from './section.ts';

const USAGE = `npm run bench -- [identity] [issue] [bundles] [--rounds 100] [--round-ms 20]

  Measures what docs/benchmarks.md records, on this machine; all sections unless some are named. Ends with 1 when a median is above
  its bound.
`;

const contests: Readonly<Record<string, readonly Section[]>> = { identity: [idTokens, samlResponses] };

const measure = async (sections: readonly Section[], rounds: number, roundMs: number): Promise<boolean> => {
  let isGood = true;
  for (const { name, ...contest } of (await Promise.all(sections.map((section) => section()))).flat()) {
    const { candidateUs, baselineUs, ratio, spread } = await compare(contest, { rounds, roundMs });
    isGood &&= ratio <= contest.bound;
    const [low, high] = spread;
    row([name, us(candidateUs), us(baselineUs), times(ratio), `${times(low)} to ${times(high)}`, times(contest.bound)]);
  }
  return isGood;
};

const issue = async (rounds: number): Promise<boolean> => {
  const measured = await measureIssuePath(rounds);
  for (const { name, ours, floor, unit, ratios, bound } of measured) {
    const [ratio, low, high] = [0.5, 0.05, 0.95].map((share) => times(quantile(ratios, share)));
    const [mine, other] = [ours, floor].map((value) => `${value.toFixed(0)} ${unit}`);
    row([name, mine ?? '', other ?? '', ratio ?? '', `${low} to ${high}`, times(bound)]);
  }
  for (const { name, remarks } of measured) if (remarks !== '') process.stdout.write(`${name}: ${remarks}\n`);
  return measured.every(({ ratios, bound }) => quantile(ratios, 0.5) <= bound);
};

const bundles = async (): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'hatcheck-bench-'));
  try {
    header(['bundle', 'kB', 'SAML in it']);
    for (const bundle of await builtBundles(folder))
      row([bundle.name, (bundle.bytes / 1024).toFixed(0), samlIn(bundle).length > 0 ? 'yes' : 'no']);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const row = (cells: readonly string[]): void => void process.stdout.write(`| ${cells.join(' | ')} |\n`);

const header = (cells: readonly string[]): void => {
  process.stdout.write('\n');
  row(cells);
  row(cells.map(() => '---'));
};

const us = (microseconds: number): string => `${microseconds.toFixed(0)} µs`;
const times = (ratio: number): string => ratio.toFixed(2);

const main = async (): Promise<boolean> => {
  const { values, positionals } = parseArgs({
    options: { rounds: { type: 'string' }, 'round-ms': { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    allowPositionals: true,
  });
  const [rounds, roundMs] = [Number(values.rounds ?? 100), Number(values['round-ms'] ?? 20)];
  const known = [...Object.keys(contests), 'issue', 'bundles'];
  const chosen = positionals.length > 0 ? positionals : known;
  if (values.help || !(rounds >= 1) || !(roundMs > 0) || chosen.some((name) => !known.includes(name))) {
    process.stdout.write(USAGE);
    return values.help === true;
  }
  process.stdout.write(
    `node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${rounds} rounds\n`,
  );
  const sections = chosen.flatMap((name) => contests[name] ?? []);
  const withIssue = chosen.includes('issue');
  if (sections.length > 0 || withIssue) header(['what', 'ours', 'the other', 'median ratio', 'nine in ten', 'bound']);
  const areGood = await measure(sections, rounds, roundMs);
  const isGood = (withIssue ? await issue(rounds) : true) && areGood;
  if (chosen.includes('bundles')) await bundles();
  return isGood;
};

process.exitCode = (await main()) ? 0 : 1;
