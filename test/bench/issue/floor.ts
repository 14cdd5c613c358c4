/**
 * What the issue path cannot do without: its SDK calls, with the content that they have there, and nothing else. The clients are tuned as far as
 * the SDK lets itself be: kept, their middleware cached, connections to DynamoDB too, nothing looked up that can be said.
 */
import {
  DynamoDBClient,
  GetItemCommand,
  type GetItemCommandInput,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import { AssumeRoleCommand, type AssumeRoleCommandInput, STSClient } from '@aws-sdk/client-sts';

/** Written by the bench from what our own program had sent. */
export interface FloorCalls {
  readonly gets: readonly GetItemCommandInput[];
  readonly queries: readonly QueryCommandInput[];
  readonly intent: PutItemCommandInput;
  readonly role: AssumeRoleCommandInput;
  readonly outcome: PutItemCommandInput;
}

const env = (name: string): string => process.env[name] ?? '';

const tuned = {
  region: env('AWS_REGION'),
  cacheMiddleware: true,
  userAgentAppId: () => Promise.resolve(undefined),
  defaultUserAgentProvider: (): Promise<[string, string][]> => Promise.resolve([['floor', '1']]),
} as const;
const dynamodb = new DynamoDBClient({
  ...tuned,
  endpoint: env('HATCHECK_DYNAMODB_ENDPOINT'),
  accountIdEndpointMode: 'disabled',
});
const sts = new STSClient({ ...tuned, endpoint: env('HATCHECK_STS_ENDPOINT') });
const calls = JSON.parse(process.getBuiltinModule('node:fs').readFileSync(env('FLOOR_CALLS'), 'utf8')) as FloorCalls;

export const handler = async (): Promise<{ statusCode: number; body: string }> => {
  await Promise.all([
    ...calls.gets.map((input) => dynamodb.send(new GetItemCommand(input))),
    ...calls.queries.map((input) => dynamodb.send(new QueryCommand(input))),
  ]);
  await dynamodb.send(new PutItemCommand(calls.intent));
  const { Credentials } = await sts.send(new AssumeRoleCommand(calls.role));
  await dynamodb.send(new PutItemCommand(calls.outcome));
  return { statusCode: 200, body: JSON.stringify(Credentials) };
};
