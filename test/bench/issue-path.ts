import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Programs, type Started, makePrograms } from './issue/programs.ts';
import { quantile } from './compare.ts';

/** Of one measure: ours, the other's, their ratio round by round. */
export interface Measured {
  readonly name: string;
  readonly ours: number;
  readonly floor: number;
  readonly unit: 'µs' | 'ms';
  readonly ratios: readonly number[];
  readonly bound: number;
  readonly remarks: string;
}

/** Until V8 has settled on its code for both. */
const WARM_UP = 400;
const ISSUES_A_ROUND = 25;

/**
 * The issue path against a program that makes the same SDK calls, with the same content, and nothing else: CPU an issue of both once they are
 * warm, and from process start to the end of the first answer. Turn by turn, each in a process of its own.
 */
export const measureIssuePath = async (rounds: number): Promise<readonly Measured[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'hatcheck-issue-'));
  const programs = await makePrograms(folder, new Date().toISOString());
  try {
    return [await warmCpu(programs, rounds), ...(await start(programs, rounds))];
  } finally {
    programs.close();
    await rm(folder, { recursive: true, force: true });
  }
};

const warmCpu = async (programs: Programs, rounds: number): Promise<Measured> => {
  const [ours, floor] = [await programs.warm('ours'), await programs.warm('floor')];
  await ours.cpuUs(WARM_UP);
  await floor.cpuUs(WARM_UP);
  const pairs: (readonly [number, number])[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const before = round % 2 === 0 ? await ours.cpuUs(ISSUES_A_ROUND) : undefined;
    const other = await floor.cpuUs(ISSUES_A_ROUND);
    pairs.push([before ?? (await ours.cpuUs(ISSUES_A_ROUND)), other]);
  }
  ours.close();
  floor.close();
  return { name: 'warm issue, CPU', unit: 'µs', bound: 1.25, remarks: '', ...summaryOf(pairs) };
};

const start = async (programs: Programs, rounds: number): Promise<readonly Measured[]> => {
  const pairs: (readonly [Started, Started])[] = [];
  const bare: Started[] = [];
  for (let round = 0; round < rounds; round += 1) {
    bare.push(await programs.start('bare'));
    const before = round % 2 === 0 ? await programs.start('ours') : undefined;
    const other = await programs.start('floor');
    pairs.push([before ?? (await programs.start('ours')), other]);
  }
  const measured = (kind: keyof Started): Omit<Measured, 'name'> => {
    const summary = summaryOf(pairs.map(([ours, floor]) => [ours[kind], floor[kind]]));
    const node = quantile(
      bare.map((each) => each[kind]),
      0.5,
    );
    const over = [summary.ours - node, summary.floor - node].map((ms) => ms.toFixed(0));
    return {
      ...summary,
      unit: 'ms',
      bound: 1.1,
      remarks: `${over.join(' and ')} ms over Node's own ${node.toFixed(0)}`,
    };
  };
  return [
    { name: 'process start to first answer', ...measured('ms') },
    { name: 'the same, CPU', ...measured('cpuMs') },
  ];
};

const summaryOf = (pairs: readonly (readonly [number, number])[]): Pick<Measured, 'ours' | 'floor' | 'ratios'> => ({
  ours: quantile(
    pairs.map(([ours]) => ours),
    0.5,
  ),
  floor: quantile(
    pairs.map(([, floor]) => floor),
    0.5,
  ),
  ratios: pairs.map(([ours, floor]) => ours / floor),
});
