/** Runs in a worker thread of its own: one function, loaded once, called many times at once. */
import { parentPort, workerData } from 'node:worker_threads';
import { pathToFileURL } from 'node:url';
import { lambdaContext } from './lambda-context.ts';
import type { FunctionIdentity } from './lambda-context.ts';

export interface WorkerData {
  readonly bundlePath: string;
  readonly exportName: string;
  readonly identity: FunctionIdentity;
}

/** One call; events and results travel as JSON, as they do to and from Lambda. */
export interface Call {
  readonly callId: number;
  readonly awsRequestId: string;
  readonly event: string;
  readonly deadlineMs: number;
}

export type Reply =
  | { readonly callId: number; readonly result: string }
  | { readonly callId: number; readonly errorType: string; readonly errorMessage: string };

const port = parentPort;
if (!port) throw new Error('this module is the start of a worker thread');

// The parent thread, which is this same program, is what fills this in.
const { bundlePath, exportName, identity } = workerData as WorkerData;

type Handler = (event: unknown, context: unknown) => unknown;

const load = async (): Promise<Handler> => {
  const bundle: unknown = await import(pathToFileURL(bundlePath).href);
  const found: unknown = typeof bundle === 'object' && bundle !== null ? Reflect.get(bundle, exportName) : undefined;
  if (typeof found !== 'function') throw new Error(`${bundlePath} has no function "${exportName}"`);
  return (event, context): unknown => Reflect.apply(found, undefined, [event, context]);
};

const handler = await load();

const run = async ({ callId, awsRequestId, event, deadlineMs }: Call): Promise<Reply> => {
  try {
    const context = lambdaContext(identity, awsRequestId, deadlineMs, Date.now);
    const result = await handler(JSON.parse(event), context);
    return { callId, result: JSON.stringify(result ?? null) };
  } catch (error) {
    return { callId, ...describe(error) };
  }
};

const describe = (error: unknown): { errorType: string; errorMessage: string } =>
  error instanceof Error
    ? { errorType: error.name, errorMessage: error.message }
    : { errorType: typeof error, errorMessage: String(error) };

port.on('message', (call: Call) => {
  void run(call).then((reply) => {
    port.postMessage(reply);
  });
});
