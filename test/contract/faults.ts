import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoDbClient } from '../../lib/aws/clients.ts';

export interface Fault {
  readonly command: string;
  /** `after`: it was done, and the answer got lost. `before`: it was not done. */
  readonly when: 'before' | 'after';
  /** Each try of the SDK, or the whole call with its tries. */
  readonly each: 'try' | 'call';
  readonly error: Error;
  /** How often; then all is well. */
  readonly times?: number;
}

/** As the socket handler of the SDK gives it. */
export const timeout = (): Error => Object.assign(new Error('no answer in time'), { name: 'TimeoutError' });

export const clientOf = (endpoint: string): DynamoDBClient =>
  dynamoDbClient({ endpoint, region: 'eu-west-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });

/** The function's own client, with something wrong between it and DynamoDB. `sent` counts what got there. */
export const faultyClient = (endpoint: string, fault: Fault): { client: DynamoDBClient; sent: () => number } => {
  const client = clientOf(endpoint);
  let left = fault.times ?? Infinity;
  let sent = 0;
  const strike =
    <A, R>(next: (args: A) => Promise<R>, { commandName }: { readonly commandName?: string }) =>
    async (args: A): Promise<R> => {
      if (commandName !== `${fault.command}Command`) return next(args);
      const struck = left-- > 0;
      if (struck && fault.when === 'before') throw fault.error;
      const answer = await next(args);
      sent += 1;
      if (struck) throw fault.error;
      return answer;
    };
  // What is retried begins behind the retrying, which stands at the beginning of `finalizeRequest`.
  if (fault.each === 'call') client.middlewareStack.add(strike, { step: 'initialize' });
  else client.middlewareStack.add(strike, { step: 'finalizeRequest', priority: 'low' });
  return { client, sent: () => sent };
};
