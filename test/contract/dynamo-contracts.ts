import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoAttempts } from '../../lib/aws/attempts.ts';
import { dynamoParkedSignIns, dynamoSamlAttempts } from '../../lib/aws/saml-sign-ins.ts';
import { dynamoDirectory } from '../../lib/aws/directory.ts';
import { dynamoReplayGuard } from '../../lib/aws/replay-guard.ts';
import { dynamoSessions } from '../../lib/aws/sessions.ts';
import { dynamoTexts } from '../../lib/aws/texts.ts';
import { dynamoLedger } from '../../lib/aws/ledger.ts';
import { dynamoLogPlaces } from '../../lib/aws/log-places.ts';
import { dynamoSearchIndex } from '../../lib/aws/search-index.ts';
import { dynamoSummaries } from '../../lib/aws/summaries.ts';
import type { TestDynamoDb } from '../support/dynamodb.ts';
import { dynamoLedgerContract } from './dynamo-ledger.contract.ts';
import { clientOf } from './faults.ts';
import { identityContract } from './identity.contract.ts';
import { ledgerContract } from './ledger.contract.ts';
import { logPlacesContract } from './log-places.contract.ts';
import { searchContract } from './search.contract.ts';
import { summariesContract } from './summaries.contract.ts';

const warn = (): void => undefined;

type Database = Pick<TestDynamoDb, 'endpoint' | 'tables' | 'close'>;

/** Every contract, against whatever speaks DynamoDB. */
export const dynamoContracts = (name: string, startDatabase: () => Promise<Database>): void => {
  /** With the client that the functions have. */
  const start =
    <T>(make: (client: DynamoDBClient, tables: Database['tables']) => T) =>
    async (): Promise<T & { close: () => Promise<void> }> => {
      const { endpoint, tables, close } = await startDatabase();
      const client = clientOf(endpoint);
      return {
        ...make(client, tables),
        close: async () => {
          client.destroy();
          await close();
        },
      };
    };

  ledgerContract(
    name,
    start((client, { ledger }) => ({ ledger: dynamoLedger({ client, table: ledger }) })),
  );
  dynamoLedgerContract(name, async () => {
    const { endpoint, tables, close } = await startDatabase();
    return { endpoint, table: tables.ledger, close };
  });
  summariesContract(
    name,
    start((client, { index }) => ({ summaries: dynamoSummaries({ client, table: index, warn }) })),
  );
  logPlacesContract(
    name,
    start((client, { index }) => ({ places: dynamoLogPlaces({ client, table: index }) })),
  );
  searchContract(
    name,
    start((client, { index }) => ({ search: dynamoSearchIndex({ client, table: index, warn }) })),
  );
  identityContract(name, (clock) =>
    start((client, { identity }) => {
      const at = { client, table: identity, clock, warn };
      return {
        sessions: dynamoSessions(at),
        attempts: dynamoAttempts(at),
        samlAttempts: dynamoSamlAttempts(at),
        parkedSignIns: dynamoParkedSignIns(at),
        replayGuard: dynamoReplayGuard(at),
        directory: dynamoDirectory(at),
        texts: dynamoTexts(at),
      };
    })(),
  );
};
