import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { activatePolicy } from '../../../local/deployment.ts';
import { placesOf, walkThrough } from '../../../local/demo/story.ts';
import type { BundledFunction, HandlerCall } from '../../../local/gateway/handler.ts';
import { localAccounts } from '../../../local/idp/accounts.ts';
import { type TestStack, startTestStack } from '../../support/stack.ts';
import { engineers, lookedAfter, morning, settled } from './people.ts';
import { type Processes, builtProcess, peakMbOf, startProcess, startProcesses } from './processes.ts';

export interface FunctionMemory {
  readonly functionId: string;
  readonly calls: number;
  /** Of these, those that were not refused. */
  readonly good: number;
  /** Of these, those with events that it had had before. */
  readonly again: number;
  readonly peakMb: number;
}

export interface MemoryOptions {
  /** Each function has had so many when it is measured. */
  readonly calls: number;
  /** So many people go about their business first. */
  readonly people: number;
  readonly tell: (line: string) => void;
}

/**
 * The functions as they are deployed, each in a process of its own, serve the whole story and then many people; what had fewer calls by
 * then gets its own events again. How much memory each had resident at the most.
 */
export const measureMemory = async ({
  calls,
  people,
  tell,
}: MemoryOptions): Promise<{ readonly bareMb: number; readonly functions: readonly FunctionMemory[] }> => {
  const folder = await mkdtemp(join(tmpdir(), 'hatcheck-memory-'));
  try {
    const file = await builtProcess(folder);
    let processes: Processes | undefined;
    const accounts = engineers(people);
    const stack = await startTestStack({
      accounts: [...localAccounts, ...accounts],
      runs: (options) => (processes = startProcesses(file, options)),
    });
    try {
      if (!processes) throw new TypeError('the stack has functions');
      await walkThrough(placesOf(stack), {
        say: () => undefined,
        chapter: tell,
        step: () => undefined,
        end: () => true,
      });
      const handles: string[] = [];
      for (const account of accounts) {
        tell(`${handles.length} of ${people} people`);
        handles.push(await morning(stack, account));
        await lookedAfter(stack);
        await settled(stack);
      }
      for (const handle of handles) await stack.invoke('on-forget', { handles: [handle], force: true });
      const functions: FunctionMemory[] = [];
      for (const functionId of Object.keys(stack.template.functions)) {
        tell(functionId);
        const again = await upTo(calls, functionId, stack, processes);
        const heard = processes.heardBy(functionId);
        const good = heard.filter(({ isGood }) => isGood).length;
        functions.push({ functionId, calls: heard.length, good, again, peakMb: await processes.peakMb(functionId) });
      }
      return { bareMb: await bareMb(file, folder), functions };
    } finally {
      await stack.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** Calls a function with what it was called with before, the good ones first, until it was called so often. @returns how often that was */
const upTo = async (calls: number, functionId: string, stack: TestStack, processes: Processes): Promise<number> => {
  const before = [...processes.heardBy(functionId)];
  const good = before.filter(({ isGood }) => isGood);
  const events = good.length > 0 ? good : before;
  const missing = Math.max(0, calls - before.length);
  for (let index = 0; index < missing; index += 1) {
    // Whoever waited for the answer of a deployment is gone.
    if (functionId === 'on-deploy') await activatePolicy(stack.template, stack.invoke);
    else await processes.invoke(functionId, events[index % events.length]?.event).catch(() => undefined);
  }
  return missing;
};

/** What Node has resident that was started the same way, and does nothing. */
const bareMb = async (file: string, folder: string): Promise<number> => {
  const bundlePath = join(folder, 'nothing.mjs');
  await writeFile(bundlePath, 'export const handler = () => null;');
  const identity = { functionName: 'nothing', memoryMb: 512, arn: 'arn:aws:lambda:::function:nothing' };
  const child = startProcess(file, identity.memoryMb, {});
  const answered = once(child, 'message');
  child.send({ bundlePath, exportName: 'handler', identity } satisfies BundledFunction);
  child.send({ awsRequestId: 'nothing', event: 'null', deadlineMs: 0 } satisfies HandlerCall);
  await answered;
  const peak = await peakMbOf(child);
  child.kill();
  return peak;
};
