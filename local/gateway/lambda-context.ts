import type { Context } from 'aws-lambda';

/** What of a function the runtime tells it. */
export interface FunctionIdentity {
  readonly functionName: string;
  readonly memoryMb: number;
  readonly arn: string;
}

/** The names of a function's log group and stream, which the context and the environment both tell. */
export const logNames = (functionName: string) => ({
  logGroupName: `/aws/lambda/${functionName}`,
  logStreamName: '2026/01/01/[$LATEST]00000000000000000000000000000000',
});

/** Without the three callbacks from before promises, which Node.js 24 on Lambda no longer takes. */
export type PromiseContext = Omit<Context, 'done' | 'fail' | 'succeed'>;

/**
 * The context object of one call ("AWS Lambda context object in Node.js"); `deadlineMs` is in milliseconds since the
 * epoch, and the remaining time never falls below 0.
 */
export const lambdaContext = (
  identity: FunctionIdentity,
  awsRequestId: string,
  deadlineMs: number,
  nowMs: () => number,
): PromiseContext => ({
  callbackWaitsForEmptyEventLoop: true,
  functionName: identity.functionName,
  functionVersion: '$LATEST',
  invokedFunctionArn: identity.arn,
  memoryLimitInMB: String(identity.memoryMb),
  awsRequestId,
  ...logNames(identity.functionName),
  getRemainingTimeInMillis: () => Math.max(0, deadlineMs - nowMs()),
});
