/** A function in a process of its own, as Lambda has it; of nothing but its bundle and this. One call after the other, as they are sent. */
import { pathToFileURL } from 'node:url';
import { type FunctionIdentity, lambdaContext } from '../../../local/gateway/lambda-context.ts';

/** What the process is told first. */
export interface Load {
  readonly bundlePath: string;
  readonly exportName: string;
  readonly identity: FunctionIdentity;
}

/** Then, a call at a time; both ways as JSON, as to and from Lambda. */
export interface Call {
  readonly event: string;
  readonly deadlineMs: number;
}

export type Reply = { readonly result: string } | { readonly errorType: string; readonly errorMessage: string };

type Handler = (event: unknown, context: unknown) => unknown;

let loaded: Promise<{ readonly handler: Handler; readonly identity: FunctionIdentity }>;
let calls = 0;

const load = async ({ bundlePath, exportName, identity }: Load) => {
  const bundle: unknown = await import(pathToFileURL(bundlePath).href);
  const found: unknown = typeof bundle === 'object' && bundle !== null ? Reflect.get(bundle, exportName) : undefined;
  if (typeof found !== 'function') throw new TypeError(`${bundlePath} has no function "${exportName}"`);
  return {
    handler: (event: unknown, context: unknown): unknown => Reflect.apply(found, undefined, [event, context]),
    identity,
  };
};

const run = async ({ event, deadlineMs }: Call): Promise<Reply> => {
  try {
    const { handler, identity } = await loaded;
    calls += 1;
    const context = lambdaContext(
      identity,
      `00000000-0000-4000-8000-${String(calls).padStart(12, '0')}`,
      deadlineMs,
      Date.now,
    );
    return { result: JSON.stringify((await handler(JSON.parse(event), context)) ?? null) };
  } catch (error) {
    if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error) };
    return { errorType: error.name, errorMessage: error.message };
  }
};

process.on('message', (told: Load | Call) => {
  if ('bundlePath' in told) loaded = load(told);
  else void run(told).then((reply) => process.send?.(reply));
});
process.on('disconnect', () => process.exit());
