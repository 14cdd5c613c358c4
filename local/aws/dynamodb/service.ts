import { AwsFault } from '../fault.ts';
import { type JsonService, jsonAnswer, jsonFault, operationOf } from '../json-protocol.ts';
import { authorise } from '../service.ts';
import type { Service, ServiceCall } from '../service.ts';
import type { Answer } from '../wire.ts';
import { connectBackend } from './backend.ts';
import type { Backend } from './backend.ts';
import { readJson } from './json.ts';
import { leadingKeys } from './leading-keys.ts';
import { accessesOf } from './operations.ts';
import type { TableAccess } from './operations.ts';

const DYNAMODB_OWN: ReadonlySet<string> = new Set(['ResourceNotFoundException', 'InternalServerError']);
const JSON_1_0: JsonService = {
  ...{ prefix: 'dynamodb', target: 'DynamoDB_20120810', version: '1.0' },
  namespaceOf: (code) => (DYNAMODB_OWN.has(code) ? 'com.amazonaws.dynamodb.v20120810#' : 'com.amazon.coral.service#'),
};
const PASSED_ON = ['content-type', 'content-length', 'x-amzn-requestid', 'x-amz-crc32'];
/** After these the keys of a table may be others than before. */
const CHANGES_TABLES: ReadonlySet<string> = new Set(['CreateTable', 'DeleteTable', 'UpdateTable']);

export interface Dynamodb {
  readonly service: Service;
  readonly close: () => void;
}

/** DynamoDB: authorises every request as AWS does and passes what is allowed to the tables at `endpoint`. */
export function createDynamodb(endpoint: string | undefined, tablesAccount: string | undefined): Dynamodb {
  const backend = endpoint === undefined ? undefined : connectBackend(endpoint);
  const answer = async (call: ServiceCall): Promise<Answer> => {
    const operation = operationOf(JSON_1_0, call);
    if (!backend) throw new AwsFault(400, 'UnknownOperationException', 'There are no tables here');
    const accesses = accessesOf(operation, readJson(call.request.body));
    for (const access of accesses) await checkAccess(call, access, backend);
    if (tablesAccount !== undefined && tablesAccount !== call.role.account) return fromElsewhere(operation);
    return forward(call, operation, accesses, backend);
  };
  const service = { skewSeconds: 300, signatureFaults: SIGNATURE_FAULTS, answer, renderFault: jsonFault(JSON_1_0) };
  return { service, close: () => backend?.close() };
}

async function checkAccess(call: ServiceCall, access: TableAccess, backend: Backend): Promise<void> {
  const { role, region, world } = call;
  const tables = `arn:${role.partition}:dynamodb:${region}:${role.account}:table/`;
  const keys = access.table === undefined ? undefined : await backend.partitionKeys(access.table, region);
  const partitionKey = keys?.get(access.index ?? '');
  const leading = partitionKey === undefined ? [] : leadingKeys(access, partitionKey);
  const tableArn = access.table === undefined ? undefined : tables + access.table;
  const resource = access.index === undefined ? (tableArn ?? '*') : `${tables}${access.table}/index/${access.index}`;
  authorise(call, access.action, resource, {
    more: [['dynamodb:LeadingKeys', leading]],
    resourcePolicy: tableArn === undefined ? undefined : world.tablePolicy(tableArn),
    denial: [400, 'AccessDeniedException'],
  });
}

/** An account sees its own tables only. */
function fromElsewhere(operation: string): Answer {
  if (operation === 'ListTables') return jsonAnswer(JSON_1_0, { TableNames: [] });
  throw new AwsFault(400, 'ResourceNotFoundException', 'Requested resource not found');
}

async function forward(
  call: ServiceCall,
  operation: string,
  accesses: readonly TableAccess[],
  backend: Backend,
): Promise<Answer> {
  const answer = await backend.send(operation, call.region, call.request.body);
  if (CHANGES_TABLES.has(operation)) {
    for (const { table = '' } of accesses) backend.forget(table);
  }
  const headers: Record<string, string> = {};
  for (const name of PASSED_ON) {
    const value = answer.headers[name];
    if (typeof value === 'string') headers[name] = value;
  }
  return { status: answer.statusCode ?? 500, headers, body: answer };
}

const MISMATCH = new AwsFault(
  400,
  'InvalidSignatureException',
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
);

const SIGNATURE_FAULTS: Service['signatureFaults'] = {
  missing_token: new AwsFault(400, 'MissingAuthenticationTokenException', 'Request is missing Authentication Token'),
  incomplete_signature: new AwsFault(400, 'IncompleteSignatureException', 'The request signature is not complete'),
  invalid_token: new AwsFault(
    400,
    'UnrecognizedClientException',
    'The security token included in the request is invalid.',
  ),
  expired_token: new AwsFault(400, 'ExpiredTokenException', 'The security token included in the request is expired'),
  outside_time: new AwsFault(400, 'InvalidSignatureException', 'Signature expired or not yet current'),
  wrong_body_hash: MISMATCH,
  mismatch: MISMATCH,
};
