import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { builtBundles, samlIn } from '../policy/bundles.ts';
import { measureVerify } from './audit/verify-export.ts';
import { measureCliStart } from './cli-start.ts';
import { compare, quantile } from './compare.ts';
import { idTokens } from './id-tokens.ts';
import { type Measured, measureIssuePath } from './issue-path.ts';
import { samlResponses } from './saml-responses.ts';
import { measurePortal } from './portal.ts';
import type { Section } from './section.ts';

const USAGE = `npm run bench -- [identity] [issue] [cli] [bundles] [portal] [audit] [--rounds 100] [--round-ms 20]

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

/** What is measured in processes of its own. */
const races: Readonly<Record<string, (rounds: number) => Promise<readonly Measured[]>>> = {
  issue: measureIssuePath,
  cli: measureCliStart,
};

const race = async (measure: (rounds: number) => Promise<readonly Measured[]>, rounds: number): Promise<boolean> => {
  const measured = await measure(rounds);
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

/** Whoever looks at thirty loads of a page has seen how it loads. */
const MOST_VISITS = 30;

const portal = async (rounds: number): Promise<boolean> => {
  const measured = await measurePortal(Math.min(rounds, MOST_VISITS));
  if (!measured) return true;
  header([
    'the portal, CPU slowed 4 times',
    'usable after',
    'nine in ten',
    'bound',
    'CPU at full speed',
    'over the wire',
  ]);
  for (const { name, ms, cpuMs, bytes, boundMs } of measured) {
    const [median, low, high] = [0.5, 0.05, 0.95].map((share) => quantile(ms, share).toFixed(0));
    const cpu = `${quantile(cpuMs, 0.5).toFixed(0)} ms`;
    row([name, `${median} ms`, `${low} to ${high} ms`, `${boundMs} ms`, cpu, `${(bytes / 1000).toFixed(0)} kB`]);
  }
  return measured.every(({ ms, boundMs }) => quantile(ms, 0.5) <= boundMs);
};

const EXPORTS = [10_000, 100_000, 1_000_000];
const MOST_MB = 200;
/** Between an export of ten thousand events and one of a million. */
const MOST_GROWTH = 1.2;
const MOST_RUNS = 3;

const audit = async (rounds: number): Promise<boolean> => {
  const measured = await measureVerify(EXPORTS, Math.min(rounds, MOST_RUNS));
  header([
    'verify an export',
    'on disk',
    'streams',
    'CPU an event',
    'over the first',
    'bound',
    'most memory',
    'bound',
    'by the clock',
  ]);
  const base = measured[0]?.cpuUs ?? 0;
  for (const { events, megabytes, streams, cpuUs, maxRssMb, seconds } of measured) {
    const memory = [`${maxRssMb.toFixed(0)} MB`, `${MOST_MB} MB`];
    const cost = [`${cpuUs.toFixed(1)} µs`, times(cpuUs / base), times(MOST_GROWTH)];
    row([
      `${events} events`,
      `${megabytes.toFixed(0)} MB`,
      String(streams),
      ...cost,
      ...memory,
      `${seconds.toFixed(1)} s`,
    ]);
  }
  return measured.every(({ cpuUs, maxRssMb }) => cpuUs / base <= MOST_GROWTH && maxRssMb <= MOST_MB);
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
  const known = [...Object.keys(contests), ...Object.keys(races), 'bundles', 'portal', 'audit'];
  const chosen = positionals.length > 0 ? positionals : known;
  if (values.help || !(rounds >= 1) || !(roundMs > 0) || chosen.some((name) => !known.includes(name))) {
    process.stdout.write(USAGE);
    return values.help === true;
  }
  process.stdout.write(
    `node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${rounds} rounds\n`,
  );
  const sections = chosen.flatMap((name) => contests[name] ?? []);
  const raced = chosen.flatMap((name) => races[name] ?? []);
  if (sections.length > 0 || raced.length > 0)
    header(['what', 'ours', 'the other', 'median ratio', 'nine in ten', 'bound']);
  let isGood = await measure(sections, rounds, roundMs);
  for (const each of raced) isGood = (await race(each, rounds)) && isGood;
  if (chosen.includes('bundles')) await bundles();
  if (chosen.includes('portal')) isGood = (await portal(rounds)) && isGood;
  return (chosen.includes('audit') ? await audit(rounds) : true) && isGood;
};

process.exitCode = (await main()) ? 0 : 1;
