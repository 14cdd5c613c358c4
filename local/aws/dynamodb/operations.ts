import { AwsFault } from '../fault.ts';
import { isObject, member, objects } from './json.ts';
import type { JsonObject } from './json.ts';

/** One table, or index, that a request touches, and the action that it takes to do so. */
export interface TableAccess {
  readonly action: string;
  /** undefined when the operation is about no table in particular. */
  readonly table: string | undefined;
  readonly index: string | undefined;
  /** Keys and whole items, as attribute maps: each has the partition key in it. */
  readonly keys: readonly unknown[];
  /** The request, when it is a query and its conditions name the partition key. */
  readonly query: JsonObject | undefined;
}

const TABLE_NAME = /^[\w.-]{3,255}$/;
const INDEX_NAME = /^[\w.-]{3,255}$/;

const ABOUT_A_TABLE = [
  ...['CreateTable', 'DeleteTable', 'UpdateTable', 'DescribeTable', 'Scan'],
  ...['DescribeTimeToLive', 'UpdateTimeToLive', 'DescribeContinuousBackups', 'UpdateContinuousBackups'],
];
const WITH_A_KEY = ['GetItem', 'DeleteItem', 'UpdateItem'];

type Reader = (operation: string, input: JsonObject) => TableAccess[];

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ...ABOUT_A_TABLE.map((name): [string, Reader] => [name, (operation, input) => [access(operation, input)]]),
  ...WITH_A_KEY.map((name): [string, Reader] => [
    name,
    (operation, input) => [access(operation, input, [input['Key']])],
  ]),
  ['PutItem', (operation, input) => [access(operation, input, [input['Item']])]],
  ['Query', (operation, input) => [{ ...access(operation, input), query: input }]],
  ['ListTables', (operation) => [access(operation, {})]],
  ['BatchGetItem', (operation, input) => batch(operation, input, (request) => objects(member(request, 'Keys')))],
  ['BatchWriteItem', (operation, input) => batch(operation, input, writtenKeys)],
  ['TransactGetItems', (_, input) => transaction(input, { Get: ['GetItem', 'Key'] })],
  ['TransactWriteItems', (_, input) => transaction(input, TRANSACTION_WRITES)],
]);

/** What each member of a transaction needs to be allowed, and where its key stands. */
const TRANSACTION_WRITES = {
  ConditionCheck: ['ConditionCheckItem', 'Key'],
  Put: ['PutItem', 'Item'],
  Update: ['UpdateItem', 'Key'],
  Delete: ['DeleteItem', 'Key'],
} as const;

/**
 * Everything that must be allowed for a request. Throws an AwsFault UnknownOperationException for operations that cannot
 * be mapped to actions (PartiQL among them), ValidationException where the request does not say what it touches.
 */
export function accessesOf(operation: string, input: JsonObject): TableAccess[] {
  const reader = READERS.get(operation);
  if (!reader) throw new AwsFault(400, 'UnknownOperationException', `${operation} is not supported here`);
  const accesses = reader(operation, input);
  if (accesses.length === 0) throw invalid('The request touches nothing');
  return accesses;
}

function access(operation: string, input: JsonObject, keys: readonly unknown[] = []): TableAccess {
  const table = input['TableName'];
  // NB. Elsewhere an IndexName means nothing to the tables: heeding it would look for the wrong partition key.
  const index = operation === 'Query' || operation === 'Scan' ? input['IndexName'] : undefined;
  const aboutTable = operation !== 'ListTables';
  if (aboutTable && (typeof table !== 'string' || !TABLE_NAME.test(table)))
    throw invalid('TableName is not a table name');
  if (index !== undefined && (typeof index !== 'string' || !INDEX_NAME.test(index))) throw invalid('IndexName');
  const name = typeof table === 'string' ? table : undefined;
  return { action: `dynamodb:${operation}`, table: name, index, keys, query: undefined };
}

function batch(operation: string, input: JsonObject, keysOf: (request: unknown) => readonly unknown[]): TableAccess[] {
  const tables = input['RequestItems'];
  if (!isObject(tables)) throw invalid('RequestItems is no object');
  return Object.entries(tables).map(([table, request]) => access(operation, { TableName: table }, keysOf(request)));
}

function writtenKeys(requests: unknown): unknown[] {
  return objects(requests).flatMap((request) => [
    ...(Object.hasOwn(request, 'PutRequest') ? [member(request['PutRequest'], 'Item')] : []),
    ...(Object.hasOwn(request, 'DeleteRequest') ? [member(request['DeleteRequest'], 'Key')] : []),
  ]);
}

function transaction(
  input: JsonObject,
  kinds: Readonly<Record<string, readonly [operation: string, key: string]>>,
): TableAccess[] {
  return objects(input['TransactItems']).flatMap((item) =>
    Object.entries(item).map(([kind, content]) => {
      const found = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
      if (!found || !isObject(content)) throw invalid(`${kind} has no place in this transaction`);
      const [operation, key] = found;
      return access(operation, content, [content[key]]);
    }),
  );
}

function invalid(message: string): AwsFault {
  return new AwsFault(400, 'ValidationException', message);
}
