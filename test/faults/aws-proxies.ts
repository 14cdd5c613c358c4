import * as z from 'zod/mini';
import { type Proxy, startProxy } from './proxy.ts';

/** One request that DynamoDB is asked, each try of the SDK's by itself. */
export interface DynamodbAsked {
  readonly operation: string;
  readonly table: string;
  /** Type of the event that a `PutItem` brings to the ledger. */
  readonly event: string | undefined;
  /** Of the event that it puts; the same in each try. */
  readonly eventId: string | undefined;
}

/** One request that STS is asked. */
export interface StsAsked {
  readonly action: string;
  /** The session tag `hatcheck-request`. */
  readonly requestId: string;
}

const dynamodbError = (status: number, name: string) => ({
  status,
  body: JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'as the test says' }),
});

export const dynamodbProxy = (target: string): Promise<Proxy<DynamodbAsked>> =>
  startProxy({
    target,
    read: (headers, body) => dynamodbAsked(String(headers['x-amz-target']), body),
    errors: {
      throttled: dynamodbError(400, 'ProvisionedThroughputExceededException'),
      refused: dynamodbError(400, 'AccessDeniedException'),
      failed: dynamodbError(500, 'InternalServerError'),
    },
  });

const putSchema = z.object({
  TableName: z.string(),
  Item: z.optional(z.object({ canonical: z.optional(z.object({ S: z.string() })) })),
});
const eventSchema = z.object({ type: z.string(), eventId: z.string() });

const dynamodbAsked = (target: string, body: string): DynamodbAsked => {
  const { data } = putSchema.safeParse(JSON.parse(body));
  const canonical = data?.Item?.canonical?.S;
  const event = canonical === undefined ? undefined : eventSchema.parse(JSON.parse(canonical));
  return {
    operation: target.split('.')[1] ?? '',
    table: data?.TableName ?? '',
    event: event?.type,
    eventId: event?.eventId,
  };
};

const stsError = (status: number, code: string) => ({
  status,
  body: `<ErrorResponse><Error><Code>${code}</Code><Message>as the test says</Message></Error></ErrorResponse>`,
});

export const stsProxy = (target: string): Promise<Proxy<StsAsked>> =>
  startProxy({
    target,
    read: (_headers, body) => stsAsked(new URLSearchParams(body)),
    errors: {
      throttled: stsError(400, 'Throttling'),
      refused: stsError(403, 'AccessDenied'),
      failed: stsError(500, 'InternalFailure'),
    },
  });

const stsAsked = (form: URLSearchParams): StsAsked => {
  const tag = [...form].find(([name, value]) => name.endsWith('.Key') && value === 'hatcheck-request')?.[0];
  return {
    action: form.get('Action') ?? '',
    requestId: form.get(tag?.replace(/Key$/, 'Value') ?? '') ?? '',
  };
};
