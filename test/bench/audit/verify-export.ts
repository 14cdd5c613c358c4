import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { LINES_A_FILE } from '../../../lib/broker/export/files.ts';
import { buildCli } from '../../../scripts/build-cli.ts';
import { type CheckpointKey, checkpointKey, exportFiles, logOf } from '../../support/audit-log.ts';

/** What verifying an export of so many events took, in a process of its own. */
export interface VerifyCost {
  readonly events: number;
  readonly streams: number;
  /** On disk. */
  readonly megabytes: number;
  /** CPU of an event, user and system, over that of starting the command with one event. */
  readonly cpuUs: number;
  /** Maximum resident set of the whole process. */
  readonly maxRssMb: number;
  readonly seconds: number;
}

/**
 * Imported before the command, as a text: as a file of ours Node would strip its types, which takes twenty megabytes. Linux counts to `maxRSS` what the
 * process that started it had resident.
 */
const REPORT = `data:text/javascript,${encodeURIComponent(`
  import { readFileSync, writeFileSync } from 'node:fs';
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime } = process.resourceUsage();
    const maxRssKb = Number(/^VmHWM:\\s+(\\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
    const usage = { cpuUs: userCPUTime + systemCPUTime, maxRssKb };
    writeFileSync(process.env.USAGE_FILE, JSON.stringify(usage));
  });
`)}`;

const usageSchema = z.object({ cpuUs: z.number(), maxRssKb: z.number() });
const verdictSchema = z.object({ ok: z.literal(true), events: z.number(), streams: z.number() });

/** The smallest of so many runs: whatever else the machine does only adds. */
export const measureVerify = async (sizes: readonly number[], runs: number): Promise<readonly VerifyCost[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'hatcheck-audit-'));
  try {
    const key = checkpointKey();
    writeFileSync(join(folder, 'key.pem'), key.pem);
    const command = await buildCli(join(folder, 'cli'));
    const start = await measure({ folder, command, key }, 1, runs);
    const costs: VerifyCost[] = [];
    for (const events of sizes) {
      const { cpuUs, ...cost } = await measure({ folder, command, key }, events, runs);
      costs.push({ ...cost, cpuUs: (cpuUs - start.cpuUs) / events });
    }
    return costs;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

interface Bench {
  readonly folder: string;
  /** As it is installed: of the sources themselves Node takes another forty megabytes, to strip their types. */
  readonly command: string;
  readonly key: CheckpointKey;
}

/** CPU: of the whole run. */
const measure = async (bench: Bench, events: number, runs: number): Promise<VerifyCost> => {
  const exported = join(bench.folder, 'export');
  const megabytes = makeExport(exported, bench.key, events) / 1e6;
  const each = Array.from({ length: runs }, () => run(bench, exported, events));
  await rm(exported, { recursive: true });
  return {
    ...{ events, streams: each[0]?.streams ?? 0, megabytes },
    cpuUs: Math.min(...each.map(({ cpuUs }) => cpuUs)),
    maxRssMb: Math.max(...each.map(({ maxRssKb }) => maxRssKb / 1024)),
    seconds: Math.min(...each.map(({ seconds }) => seconds)),
  };
};

/** Events of five minutes where a thousand people are busy. */
const EVERY = 5000;

/** Written as it is made: never more of it in memory than a checkpoint's events. @returns its bytes */
const makeExport = (folder: string, key: CheckpointKey, events: number): number => {
  let bytes = 0;
  for (const step of logOf({ events, every: EVERY, key, open: 2000, each: 3, secondsApart: 1 }))
    for (const { path, content } of exportFiles(step, LINES_A_FILE)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
      bytes += Buffer.byteLength(content);
    }
  return bytes;
};

/** @throws TypeError when it does not say that all of it is well */
const run = ({ folder, command }: Bench, exported: string, events: number) => {
  const usage = join(folder, 'usage.json');
  const words = [command, 'audit', 'verify', exported, '--key', join(folder, 'key.pem'), '--json'];
  const since = process.hrtime.bigint();
  const { status, stdout } = spawnSync(process.execPath, ['--import', REPORT, ...words], {
    env: { ...process.env, USAGE_FILE: usage },
    encoding: 'utf8',
  });
  const seconds = Number(process.hrtime.bigint() - since) / 1e9;
  const verdict = verdictSchema.parse(JSON.parse(stdout));
  if (status !== 0 || verdict.events !== events) throw new TypeError(`${words.join(' ')} ended with ${String(status)}`);
  return { ...usageSchema.parse(JSON.parse(readFileSync(usage, 'utf8'))), ...verdict, seconds };
};
