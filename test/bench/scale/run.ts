import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { liveLine } from '../../../cli/live-line.ts';
import { markdown } from '../markdown.ts';
import { compareScale } from './compare.ts';
import { tableOf } from './table.ts';

const USAGE = `npm run scale -- [--requests 100000] [--events 12] [--rounds 40] [--full]

  Writes so many requests of so many events each, with the items that lists and search go by, into the embedded DynamoDB on disk, and a
  thousand into another; then counts what each page and read asks of either, and takes their times turn by turn. --full: 1,000,000
  requests, of which filling the database takes an hour and 20 GB. Ends with 1 when something scans, or takes more commands or read units where there are many.
`;

const FULL = 1_000_000;

const main = async (): Promise<boolean> => {
  const { values } = parseArgs({
    options: {
      ...{ requests: { type: 'string' }, events: { type: 'string' }, rounds: { type: 'string' } },
      ...{ full: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    },
  });
  const requests = values.full ? FULL : Number(values.requests ?? 100_000);
  const [eventsEach, rounds] = [Number(values.events ?? 12), Number(values.rounds ?? 40)];
  // One in ten, of which the last must be none, is never decided.
  const isUnderstood = [requests / 10, eventsEach / 2, rounds].every((each) => Number.isSafeInteger(each) && each > 0);
  if (values.help || !isUnderstood) {
    process.stdout.write(USAGE);
    return values.help === true;
  }
  const line = liveLine(process.stdout);
  const { filled, fillSeconds, rows, faults } = await compareScale({
    ...{ requests, eventsEach, rounds },
    onProgress: line.show,
  });
  line.clear();
  say(`${filled.requests} requests, ${filled.events} events, ${filled.items} items in ${fillSeconds.toFixed(0)} s`);
  say(`node ${process.version}, load ${loadavg()[0]?.toFixed(1) ?? ''}, ${rounds} rounds`);
  process.stdout.write(markdown(tableOf(rows)));
  for (const fault of faults) say(`DEARER: ${fault}`);
  return faults.length === 0;
};

const say = (line: string): void => void process.stdout.write(`${line}\n`);

process.exitCode = (await main()) ? 0 : 1;
