import { startDynamoDb } from '../support/dynamodb.ts';
import { dynamoContracts } from './dynamo-contracts.ts';

dynamoContracts('dynalite', startDynamoDb);
