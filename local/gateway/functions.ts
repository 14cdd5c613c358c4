import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import type { BundledFunction } from './handler.ts';
import { logNames } from './lambda-context.ts';
import type { Call, Reply } from './worker.ts';

/** What is needed of a function to run it; the template's functions are such. */
export interface LocalFunction {
  readonly functionName: string;
  readonly arn: string;
  /** `dist/signin.handler`: the part after the last dot is the export. */
  readonly handler: string;
  readonly bundlePath: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
}

export interface FunctionsOptions {
  /** By function id. */
  readonly functions: Readonly<Record<string, LocalFunction>>;
  /** The function's own environment, its role's credentials among it; nothing else of this process reaches it. */
  readonly environmentFor: (functionId: string) => Readonly<Record<string, string>>;
  readonly region: string;
  /** Each line that a function writes to stdout or stderr, and what the runtime has to say of it. */
  readonly log: (functionId: string, line: string) => void;
}

export interface Functions {
  /**
   * Calls a function and resolves with what it returned, after a round trip through JSON. Rejects with an Error whose
   * `name` is the error's type: the function's own, `Sandbox.Timedout`, `Runtime.ExitError`, or
   * `ResourceNotFoundException` for an id that is none.
   */
  invoke(functionId: string, event: unknown): Promise<unknown>;
  /** Ends a function's worker in the midst of its calls, which are rejected; does nothing where none runs. */
  kill(functionId: string): Promise<void>;
  /** Ends all workers; calls under way are rejected. */
  close(): Promise<void>;
}

/** Prepares one worker thread a function, started at its first call and again after a crash or time-out. */
export const startFunctions = (options: FunctionsOptions): Functions => {
  const runtimes = new Map<string, Runtime>();
  const workers = new Set<Worker>();
  const runtimeOf = (functionId: string): Runtime => {
    const running = runtimes.get(functionId);
    if (running && !running.retired) return running;
    const started = startRuntime(functionId, options);
    runtimes.set(functionId, started);
    workers.add(started.worker);
    started.worker.once('exit', () => workers.delete(started.worker));
    return started;
  };
  return {
    invoke: async (functionId, event) => {
      if (!Object.hasOwn(options.functions, functionId)) {
        throw functionError('ResourceNotFoundException', `no function "${functionId}"`);
      }
      return call(runtimeOf(functionId), JSON.stringify(event));
    },
    kill: async (functionId) => {
      await runtimes.get(functionId)?.worker.terminate();
    },
    close: async () => {
      await Promise.all([...workers].map((worker) => worker.terminate()));
    },
  };
};

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

interface Runtime {
  readonly worker: Worker;
  readonly timeoutSeconds: number;
  readonly pending: Map<number, Pending>;
  nextCallId: number;
  /** Takes no more calls: it crashed, or a call of it timed out and it ends when the others are done. */
  retired: boolean;
}

const startRuntime = (functionId: string, options: FunctionsOptions): Runtime => {
  const known = options.functions[functionId];
  if (!known) throw new TypeError(`no function "${functionId}"`);
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    name: functionId,
    workerData: bundledOf(known),
    env: { ...runtimeEnvironment(known, options.region), ...options.environmentFor(functionId) },
    stdout: true,
    stderr: true,
  });
  const runtime: Runtime = {
    worker,
    timeoutSeconds: known.timeoutSeconds,
    pending: new Map(),
    nextCallId: 0,
    retired: false,
  };
  const log = (line: string) => {
    options.log(functionId, line);
  };
  forwardLines(worker.stdout, log);
  forwardLines(worker.stderr, log);
  worker.on('message', (reply: Reply) => {
    settle(runtime, reply);
  });
  worker.on('error', (error) => {
    runtime.retired = true;
    log(JSON.stringify({ level: 'ERROR', message: 'the function’s runtime failed', error: String(error) }));
  });
  worker.once('exit', () => {
    abandon(runtime);
  });
  return runtime;
};

export const bundledOf = (known: LocalFunction): BundledFunction => ({
  bundlePath: known.bundlePath,
  exportName: known.handler.slice(known.handler.lastIndexOf('.') + 1),
  identity: known,
});

/** The variables that Lambda itself sets ("Defined runtime environment variables"). */
export const runtimeEnvironment = (known: LocalFunction, region: string): Record<string, string> => {
  const { logGroupName, logStreamName } = logNames(known.functionName);
  return {
    _HANDLER: known.handler,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(known.memoryMb),
    AWS_LAMBDA_FUNCTION_NAME: known.functionName,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: logGroupName,
    AWS_LAMBDA_LOG_STREAM_NAME: logStreamName,
    AWS_REGION: region,
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
  };
};

const forwardLines = (stream: Readable, log: (line: string) => void): void => {
  createInterface({ input: stream, crlfDelay: Infinity }).on('line', log);
};

const call = (runtime: Runtime, event: string): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const callId = runtime.nextCallId;
    runtime.nextCallId += 1;
    const timeoutMs = runtime.timeoutSeconds * 1000;
    const timer = setTimeout(() => {
      timeOut(runtime, callId);
    }, timeoutMs);
    runtime.pending.set(callId, { resolve, reject, timer });
    const message: Call = { callId, awsRequestId: randomUUID(), event, deadlineMs: Date.now() + timeoutMs };
    runtime.worker.postMessage(message);
  });

const settle = (runtime: Runtime, reply: Reply): void => {
  const pending = take(runtime, reply.callId);
  if ('result' in reply) pending?.resolve(JSON.parse(reply.result));
  else pending?.reject(functionError(reply.errorType, reply.errorMessage));
  endWhenIdle(runtime);
};

/** On Lambda a time-out ends the environment; here others may still be served by it, so it only takes no new calls. */
const timeOut = (runtime: Runtime, callId: number): void => {
  const message = `Task timed out after ${runtime.timeoutSeconds.toFixed(2)} seconds`;
  take(runtime, callId)?.reject(functionError('Sandbox.Timedout', message));
  runtime.retired = true;
  endWhenIdle(runtime);
};

const endWhenIdle = (runtime: Runtime): void => {
  if (runtime.retired && runtime.pending.size === 0) void runtime.worker.terminate();
};

const abandon = (runtime: Runtime): void => {
  runtime.retired = true;
  for (const callId of [...runtime.pending.keys()]) {
    take(runtime, callId)?.reject(functionError('Runtime.ExitError', 'the runtime ended before it answered'));
  }
};

const take = (runtime: Runtime, callId: number): Pending | undefined => {
  const pending = runtime.pending.get(callId);
  runtime.pending.delete(callId);
  clearTimeout(pending?.timer);
  return pending;
};

const functionError = (type: string, message: string): Error => Object.assign(new Error(message), { name: type });
