import { readFile, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type AttributeValue, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { TestStack } from '../support/stack.ts';
import type { Exchange, GivenOut } from './wiretap.ts';

/** Where a secret must never come to rest: a name, and everything that stands there. */
export type Sinks = Readonly<Record<SinkName, string>>;
export type SinkName =
  | 'logs'
  | 'tables'
  /** The embedded DynamoDB's own files: they hold what was deleted, too. */
  | 'storage'
  | 'files'
  /** What the bucket of the export has. */
  | 'export'
  /** What a SIEM gets. */
  | 'bus'
  | 'error bodies'
  | 'output'
  | 'command lines'
  | 'local AWS records';

export interface SinkSources {
  readonly stack: TestStack;
  readonly exchanges: readonly Exchange[];
  /** What programs said to people. */
  readonly output: readonly string[];
  readonly commandLines: readonly string[];
}

export const readSinks = async ({ stack, exchanges, output, commandLines }: SinkSources): Promise<Sinks> => {
  const gateway = Number(new URL(stack.origin).port);
  const errors = exchanges.filter(({ port, status }) => port === gateway && status >= 400);
  return {
    logs: stack.logged.join('\n'),
    tables: await wholeTables(stack),
    storage: await filesIn(stack.folder, (top) => top === 'dynamodb'),
    export: await filesIn(stack.folder, (top) => top === 's3'),
    bus: stack.aws.busEvents.flatMap(textsIn).join('\n'),
    files: await filesIn(stack.folder, (top) => !NOT_READ.includes(top)),
    'error bodies': errors.map(({ answered, answeredBody }) => `${answered}${answeredBody}`).join('\n'),
    output: output.join('\n'),
    'command lines': commandLines.join('\n'),
    'local AWS records': JSON.stringify(stack.aws.calls),
  };
};

/** Which sink holds which kind of secret; never the secret itself, since a report is a sink too. */
export const leaksOf = (sinks: Sinks, secrets: readonly GivenOut[]): readonly string[] => [
  ...new Set(
    Object.entries(sinks).flatMap(([sink, text]) =>
      secrets.filter(({ secret }) => text.includes(secret)).map(({ kind }) => `${sink}: ${kind}`),
    ),
  ),
];

/** Every item of the three tables, read behind the local AWS's back. */
const wholeTables = async (stack: TestStack): Promise<string> =>
  (await itemsOf(stack, tableNames(stack.template))).flatMap(textsIn).join('\n');

/** Every event, as it was hashed. */
export const eventsOf = async (stack: TestStack): Promise<readonly Readonly<Record<string, unknown>>[]> => {
  const { TableName = '' } = stack.template.tables['LedgerTable']?.createTable ?? {};
  return (await itemsOf(stack, [TableName])).map(
    ({ canonical }) => JSON.parse(canonical?.S ?? '') as Readonly<Record<string, unknown>>,
  );
};

const itemsOf = async ({ dynamodbEndpoint }: TestStack, tables: readonly string[]) => {
  const client = clientOf(dynamodbEndpoint);
  const items: Readonly<Record<string, AttributeValue>>[] = [];
  for (const TableName of tables) {
    let from: Record<string, never> | undefined;
    do {
      const page = await client.send(
        new ScanCommand({ TableName, ConsistentRead: true, ...(from ? { ExclusiveStartKey: from } : {}) }),
      );
      items.push(...(page.Items ?? []));
      from = page.LastEvaluatedKey as typeof from;
    } while (from);
  }
  client.destroy();
  return items;
};

export const clientOf = (endpoint: string): DynamoDBClient =>
  new DynamoDBClient({
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });

export const tableNames = (template: TestStack['template']): readonly string[] =>
  Object.values(template.tables).flatMap(({ createTable: { TableName } }) => TableName ?? []);

/** The texts as they are: in JSON within JSON a secret's quotes and slashes would be escaped. */
const textsIn = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
};

/** Not the state, which is where the laptop keeps its keys; nor what was built, which is there before any secret is. */
const NOT_READ = ['state.json', 'build', 'dynamodb', 's3'];

/** All of them, read again from the first where one was gone: what is written whole is written beside and renamed. */
const filesIn = async (folder: string, isWanted: (top: string) => boolean): Promise<string> => {
  for (;;) {
    const texts = await Promise.all((await namesIn(folder, isWanted)).map(textUnlessGone));
    if (texts.every((text) => text !== undefined)) return texts.join('\n');
  }
};

const namesIn = async (folder: string, isWanted: (top: string) => boolean): Promise<readonly string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => isWanted(relative(folder, path).split('/')[0] ?? ''));

const textUnlessGone = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

/** Command lines of this process and of all that it started, as anybody on the machine can read them. */
export const commandLinesNow = async (): Promise<readonly string[]> => {
  const processes = await Promise.all(
    (await readdir('/proc'))
      .filter((name) => /^\d+$/.test(name))
      .map(async (pid) => ({
        pid: Number(pid),
        parent: Number(/\) \S (\d+)/.exec(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''))?.[1]),
        line: await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
      })),
  );
  const ours = new Set([process.pid]);
  // A child's number need not be higher than its parent's.
  for (let before = 0; before < ours.size;) {
    before = ours.size;
    for (const { pid, parent } of processes) if (ours.has(parent)) ours.add(pid);
  }
  return processes.filter(({ pid }) => ours.has(pid)).map(({ line }) => line.replaceAll('\0', ' '));
};
