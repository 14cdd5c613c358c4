import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { liveLine } from '../../../cli/live-line.ts';
import { quantile } from '../compare.ts';
import { fill } from './fill.ts';
import { type Measured, dearer, measure } from './measure.ts';
import { startOnDisk } from './on-disk.ts';

const USAGE = `npm run scale -- [--requests 100000] [--events 2] [--rounds 40] [--full]

  Writes so many requests of so many events each, with the items that lists and search go by, into the embedded DynamoDB on disk, and a
  thousand into another; then counts what each page and read asks of either, and takes their times turn by turn. --full: 1,000,000
  requests, of which filling the database takes hours. Ends with 1 when something scans, or takes more commands or read units where there are many.
`;

const FEW = 1000;
const FULL = 1_000_000;

const main = async (): Promise<boolean> => {
  const { values } = parseArgs({
    options: {
      ...{ requests: { type: 'string' }, events: { type: 'string' }, rounds: { type: 'string' } },
      ...{ full: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    },
  });
  const requests = values.full ? FULL : Number(values.requests ?? 100_000);
  const [eventsEach, rounds] = [Number(values.events ?? 2), Number(values.rounds ?? 40)];
  // One in ten, of which the last must be none, is never decided.
  const isUnderstood = [requests / 10, eventsEach / 2, rounds].every((each) => Number.isSafeInteger(each) && each > 0);
  if (values.help || !isUnderstood) {
    process.stdout.write(USAGE);
    return values.help === true;
  }
  const folder = await mkdtemp(join(tmpdir(), 'hatcheck-scale-'));
  const [few, many] = await Promise.all([startOnDisk(join(folder, 'few')), startOnDisk(join(folder, 'many'))]);
  try {
    const line = liveLine(process.stdout);
    const beganMs = performance.now();
    await fill(few, { from: 0, to: FEW, eventsEach });
    const filled = await fill(many, { from: 0, to: requests, eventsEach }, (done) => {
      line.show(`${done} of ${requests} requests`);
    });
    line.clear();
    const seconds = (performance.now() - beganMs) / 1000;
    say(`${filled.requests} requests, ${filled.events} events, ${filled.items} items in ${seconds.toFixed(0)} s`);
    const [ofFew, ofMany] = [await measure(few, FEW), await measure(many, requests)];
    await compareTimes(ofFew, ofMany, rounds);
    const faults = dearer(ofFew.reads, ofMany.reads);
    for (const fault of faults) say(`DEARER: ${fault}`);
    return faults.length === 0;
  } finally {
    await Promise.all([few.close(), many.close()]);
    await rm(folder, { recursive: true, force: true });
  }
};

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** One call of each in turn, so that whatever slows the machine down slows both. */
const compareTimes = async (few: Measured, many: Measured, rounds: number): Promise<void> => {
  say(`node ${process.version}, load ${loadavg()[0]?.toFixed(1) ?? ''}, ${rounds} rounds`);
  say('| what | commands | read units: few, many | ms: few, many | median ratio | nine in ten |');
  say('|---|---|---|---|---|---|');
  for (const [name, { commands, units }] of Object.entries(many.reads)) {
    const [small, large] = [few.pages[name], many.pages[name]];
    const times = small && large ? await inTurns(small, large, rounds) : undefined;
    const asked = Object.entries(commands).map(([command, times]) => `${times} ${command.replace('Command', '')}`);
    say(`| ${name} | ${asked.join(', ')} | ${few.reads[name]?.units ?? 0}, ${units} | ${times ?? ' | | '} |`);
  }
};

const inTurns = async (
  small: () => Promise<unknown>,
  large: () => Promise<unknown>,
  rounds: number,
): Promise<string> => {
  const taken: { readonly few: number; readonly many: number }[] = [];
  const timed = async (work: () => Promise<unknown>): Promise<number> => {
    const beganMs = performance.now();
    await work();
    return performance.now() - beganMs;
  };
  await timed(small);
  await timed(large);
  for (let round = 0; round < rounds; round += 1) taken.push({ few: await timed(small), many: await timed(large) });
  const ratios = taken.map(({ few, many }) => many / few);
  const at = (share: number): string => quantile(ratios, share).toFixed(2);
  const [few, many] = (['few', 'many'] as const).map((which) =>
    quantile(
      taken.map((each) => each[which]),
      0.5,
    ).toFixed(1),
  );
  return `${few ?? ''}, ${many ?? ''} | ${at(0.5)} | ${at(0.05)} to ${at(0.95)}`;
};

process.exitCode = (await main()) ? 0 : 1;
