import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { type TestDynamoDb, emptyTables } from '../support/dynamodb.ts';
import { dynamoContracts } from './dynamo-contracts.ts';
import { type MotoServer, startMoto } from './moto-server.ts';

/** A second opinion on what DynamoDB does, where it is installed. */
const isInstalled = spawnSync('sh', ['-c', 'command -v moto_server']).status === 0;

describe('moto', () => {
  if (!isInstalled) {
    test.skip('moto_server (Python package moto[server]) is not installed: the contracts ran on dynalite only', () =>
      undefined);
    return;
  }
  let moto: MotoServer;
  let database: Omit<TestDynamoDb, 'close'>;

  beforeAll(async () => {
    moto = await startMoto();
    database = await emptyTables(moto.endpoint);
  });
  afterAll(async () => {
    database.client.destroy();
    await moto.close();
  });

  // One for all: it takes seconds to start, and the suites keep to keys of their own.
  dynamoContracts('moto', () => Promise.resolve({ ...database, close: () => Promise.resolve() }));
});
