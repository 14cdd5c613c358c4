import { dynamoLedger } from '../../lib/aws/ledger.ts';
import { startDynamoDb } from '../support/dynamodb.ts';
import { dynamoLedgerContract } from './dynamo-ledger.contract.ts';
import { clientOf } from './faults.ts';
import { ledgerContract } from './ledger.contract.ts';

ledgerContract('dynalite', async () => {
  const { endpoint, tables, close } = await startDynamoDb();
  const client = clientOf(endpoint);
  return {
    ledger: dynamoLedger({ client, table: tables.ledger }),
    close: async () => {
      client.destroy();
      await close();
    },
  };
});

dynamoLedgerContract('dynalite', async () => {
  const { endpoint, tables, close } = await startDynamoDb();
  return { endpoint, table: tables.ledger, close };
});
