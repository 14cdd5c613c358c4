import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import {
  type Functions,
  type FunctionsOptions,
  bundledOf,
  runtimeEnvironment,
} from '../../../local/gateway/functions.ts';
import type { HandlerCall, HandlerReply } from '../../../local/gateway/handler.ts';

/** What a function was called with, and whether that came to a good end. */
export interface Heard {
  readonly event: unknown;
  readonly isGood: boolean;
}

export interface Processes extends Functions {
  /** Of a function, in the order of its calls. */
  heardBy(functionId: string): readonly Heard[];
  /** Most memory that a function's process ever had resident, in MB. */
  peakMb(functionId: string): Promise<number>;
}

/** What a process is started from; Node would strip a source's types within it, which takes twenty megabytes. */
export const builtProcess = async (folder: string): Promise<string> => {
  await esbuild.build({
    entryPoints: [fileURLToPath(new URL('process.ts', import.meta.url))],
    ...{ outdir: folder, outExtension: { '.js': '.mjs' }, bundle: true, platform: 'node', target: 'node24' },
    ...{ format: 'esm', logLevel: 'silent' },
  });
  return join(folder, 'process.mjs');
};

/** As Lambda's own runtime starts Node: 5 % of the memory for new objects, 90 % for old ones, unless the function's environment says how much. */
const flagsFor = (memoryMb: number, { NODE_OPTIONS = '' }: Readonly<Record<string, string>>): readonly string[] => [
  ...['--expose-gc', '--max-http-header-size=81920'],
  ...(/--max[-_](?:semi|old)[-_]space[-_]size/.test(NODE_OPTIONS)
    ? []
    : [`--max-semi-space-size=${Math.floor(memoryMb * 0.05)}`, `--max-old-space-size=${Math.floor(memoryMb * 0.9)}`]),
];

export const startProcess = (file: string, memoryMb: number, env: Readonly<Record<string, string>>): ChildProcess =>
  fork(file, { execArgv: [...flagsFor(memoryMb, env)], env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });

/** proc(5): the largest resident set of the program, and not of what started it, as rusage(2) has it. */
export const peakMbOf = async ({ pid }: ChildProcess): Promise<number> => {
  const status = await readFile(`/proc/${pid ?? 0}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
};

interface Runtime {
  readonly child: ChildProcess;
  /** Rejects when the process ends. */
  readonly gone: Promise<never>;
  readonly heard: Heard[];
  /** An environment of Lambda's has one call at a time. */
  last: Promise<unknown>;
}

/** The functions of a stack, each in a process of its own from its first call on. */
export const startProcesses = (file: string, { functions, environmentFor, region }: FunctionsOptions): Processes => {
  const runtimes = new Map<string, Runtime>();
  const start = (functionId: string): Runtime => {
    const known = functions[functionId];
    if (!known) throw new TypeError(`no function "${functionId}"`);
    const env = { ...runtimeEnvironment(known, region), ...environmentFor(functionId) };
    const child = startProcess(file, known.memoryMb, env);
    child.send(bundledOf(known));
    const gone = once(child, 'exit').then(() => {
      throw Object.assign(new Error('the process ended before it answered'), { name: 'Runtime.ExitError' });
    });
    gone.catch(() => undefined);
    return { child, gone, heard: [], last: Promise.resolve() };
  };
  const runtimeOf = (functionId: string): Runtime => {
    const runtime = runtimes.get(functionId) ?? start(functionId);
    runtimes.set(functionId, runtime);
    return runtime;
  };
  const end = async ({ child, gone }: Runtime): Promise<void> => {
    child.kill();
    await gone.catch(() => undefined);
  };
  return {
    invoke: (functionId, event) => {
      const runtime = runtimeOf(functionId);
      const turn = runtime.last.then(() => called(runtime, event, (functions[functionId]?.timeoutSeconds ?? 0) * 1000));
      runtime.last = turn.catch(() => undefined);
      return turn;
    },
    kill: async (functionId) => {
      const runtime = runtimes.get(functionId);
      runtimes.delete(functionId);
      if (runtime) await end(runtime);
    },
    close: async () => {
      await Promise.all([...runtimes.values()].map(end));
    },
    heardBy: (functionId) => runtimes.get(functionId)?.heard ?? [],
    peakMb: (functionId) => peakMbOf(runtimeOf(functionId).child),
  };
};

const called = async ({ child, gone, heard }: Runtime, event: unknown, timeoutMs: number): Promise<unknown> => {
  const answered = once(child, 'message');
  const call = { awsRequestId: randomUUID(), event: JSON.stringify(event), deadlineMs: Date.now() + timeoutMs };
  child.send(call satisfies HandlerCall);
  const [reply] = (await Promise.race([answered, gone])) as [HandlerReply];
  if ('errorType' in reply) {
    heard.push({ event, isGood: false });
    throw Object.assign(new Error(reply.errorMessage), { name: reply.errorType });
  }
  const result: unknown = JSON.parse(reply.result);
  heard.push({ event, isGood: !isRefusal(result) });
  return result;
};

const isRefusal = (result: unknown): boolean =>
  typeof result === 'object' && result !== null && 'statusCode' in result && Number(result.statusCode) >= 400;
