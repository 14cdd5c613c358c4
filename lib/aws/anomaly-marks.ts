import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { AnomalyMarks } from '../broker/anomalies/watch.ts';
import { onceKey } from '../domain/anomaly.ts';
import type { DynamoTable } from './ledger.ts';
import { wasWritten } from './unavailable.ts';

/** In the index table: an item for each kind of anomaly that was told of a person on a day. */
export const dynamoAnomalyMarks = ({ client, table }: DynamoTable): AnomalyMarks => ({
  first: (anomaly) => {
    const { person, day, kind } = onceKey(anomaly);
    return wasWritten(
      'that an anomaly is told cannot be written',
      client.send(
        new PutItemCommand({
          TableName: table,
          Item: { pk: { S: `anomaly#${person}` }, sk: { S: `${day}#${kind}` } },
          ConditionExpression: 'attribute_not_exists(#pk)',
          ExpressionAttributeNames: { '#pk': 'pk' },
        }),
      ),
    );
  },
});
