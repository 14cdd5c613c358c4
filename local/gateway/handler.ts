import { pathToFileURL } from 'node:url';
import { type FunctionIdentity, lambdaContext } from './lambda-context.ts';

/** A function as its bundle has it. */
export interface BundledFunction {
  readonly bundlePath: string;
  readonly exportName: string;
  readonly identity: FunctionIdentity;
}

/** One call; events and results travel as JSON, as they do to and from Lambda. */
export interface HandlerCall {
  readonly awsRequestId: string;
  readonly event: string;
  readonly deadlineMs: number;
}

export type HandlerReply = { readonly result: string } | { readonly errorType: string; readonly errorMessage: string };

export type Handler = (event: unknown, context: unknown) => unknown;

/** @throws Error when the bundle has no such function */
export const loadHandler = async ({ bundlePath, exportName }: BundledFunction): Promise<Handler> => {
  const bundle: unknown = await import(pathToFileURL(bundlePath).href);
  const found: unknown = typeof bundle === 'object' && bundle !== null ? Reflect.get(bundle, exportName) : undefined;
  if (typeof found !== 'function') throw new Error(`${bundlePath} has no function "${exportName}"`);
  return (event, context): unknown => Reflect.apply(found, undefined, [event, context]);
};

/** What the handler makes of the call; a handler that could not be loaded answers with why. */
export const replyOf = async (
  handler: Handler | Promise<Handler>,
  identity: FunctionIdentity,
  { awsRequestId, event, deadlineMs }: HandlerCall,
): Promise<HandlerReply> => {
  try {
    const context = lambdaContext(identity, awsRequestId, deadlineMs, Date.now);
    const result = await (await handler)(JSON.parse(event), context);
    return { result: JSON.stringify(result ?? null) };
  } catch (error) {
    if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error) };
    return { errorType: error.name, errorMessage: error.message };
  }
};
