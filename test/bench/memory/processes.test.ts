import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Processes, builtProcess, startProcesses } from './processes.ts';

const maybe = process.platform === 'linux' ? describe : describe.skip;

const SOURCES = {
  keeps: `const kept = [];
    export const handler = ({ megabytes }) => { kept.push(Buffer.alloc(megabytes * 2 ** 20, 1)); return { statusCode: 200 }; };`,
  refuses: `export const handler = () => ({ statusCode: 403 });`,
  fails: `export const handler = () => { throw new RangeError('too much'); };`,
  ends: `export const handler = () => process.exit(3);`,
  slow: `let running = 0;
    export const handler = async () => { running += 1; await new Promise(setImmediate); running -= 1; return running; };`,
};

maybe('functions in processes of their own', () => {
  let folder: string;
  let processes: Processes;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hatcheck-processes-'));
    const file = await builtProcess(folder);
    for (const [name, source] of Object.entries(SOURCES)) await writeFile(join(folder, `${name}.mjs`), source);
    const one = (name: string) => ({
      ...{ functionName: name, arn: `arn:aws:lambda:::function:${name}`, handler: `dist/${name}.handler` },
      ...{ bundlePath: join(folder, `${name}.mjs`), timeoutSeconds: 5, memoryMb: 512 },
    });
    processes = startProcesses(file, {
      functions: Object.fromEntries(Object.keys(SOURCES).map((name) => [name, one(name)])),
      ...{ environmentFor: () => ({}), region: 'eu-west-1', log: () => undefined },
    });
  });
  afterAll(async () => {
    await processes.close();
    await rm(folder, { recursive: true });
  });

  test('what one keeps is seen in its memory, and in no other’s', async () => {
    for (const megabytes of [1, 60]) await processes.invoke('keeps', { megabytes });
    await processes.invoke('refuses', {});
    const [keeps, refuses] = [await processes.peakMb('keeps'), await processes.peakMb('refuses')];
    expect(refuses).toBeGreaterThan(20);
    expect(keeps - refuses).toBeGreaterThan(55);
  });

  test('a refusal and a failure count as calls, and as no good ones', async () => {
    await expect(processes.invoke('fails', { n: 1 })).rejects.toMatchObject({ name: 'RangeError' });
    expect(processes.heardBy('fails')).toEqual([{ event: { n: 1 }, isGood: false }]);
    expect(processes.heardBy('refuses').map(({ isGood }) => isGood)).toEqual([false]);
    expect(processes.heardBy('keeps').map(({ isGood }) => isGood)).toEqual([true, true]);
  });

  test('a call of a process that ends is rejected', async () => {
    await expect(processes.invoke('ends', {})).rejects.toMatchObject({ name: 'Runtime.ExitError' });
  });

  test('a process has one call at a time', async () => {
    const running = await Promise.all(Array.from({ length: 5 }, () => processes.invoke('slow', {})));
    expect(running).toEqual([0, 0, 0, 0, 0]);
    expect(() => processes.invoke('nowhere', {})).toThrow(TypeError);
  });
});
