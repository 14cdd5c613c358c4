import { readFileSync } from 'node:fs';
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { parse } from 'yaml';
import * as z from 'zod/mini';

const keySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));

/** Only what creating an empty copy needs: streams, TTL, encryption and the resource policy are AWS's own. */
const table = z.object({
  Properties: z.object({
    TableName: z.string(),
    BillingMode: z.literal('PAY_PER_REQUEST'),
    AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) })),
    KeySchema: keySchema,
    GlobalSecondaryIndexes: z.optional(
      z.array(
        z.object({
          IndexName: z.string(),
          KeySchema: keySchema,
          Projection: z.object({ ProjectionType: z.enum(['ALL', 'KEYS_ONLY']) }),
        }),
      ),
    ),
  }),
});

const template = z.object({ Resources: z.object({ LedgerTable: table, IndexTable: table, IdentityTable: table }) });

export interface TableInputs {
  readonly ledger: CreateTableCommandInput;
  readonly index: CreateTableCommandInput;
  readonly identity: CreateTableCommandInput;
}

/** The three tables as `serverless/tables.yml` has them, for `CreateTable` in an embedded DynamoDB. */
export const tableInputs = (stage: string): TableInputs => {
  const source = readFileSync(new URL('../../serverless/tables.yml', import.meta.url), 'utf8');
  const { Resources } = template.parse(parse(source.replaceAll('${sls:stage}', stage)));
  return {
    ledger: input(Resources.LedgerTable),
    index: input(Resources.IndexTable),
    identity: input(Resources.IdentityTable),
  };
};

const input = ({ Properties: { GlobalSecondaryIndexes, ...properties } }: z.infer<typeof table>) => ({
  ...properties,
  ...(GlobalSecondaryIndexes === undefined ? {} : { GlobalSecondaryIndexes }),
});
