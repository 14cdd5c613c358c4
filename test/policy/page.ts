import { type Row, rowsOf } from './rows.ts';
import { IRELAND, type Place } from './places.ts';
import { resolved } from './template.ts';

/**
 * All that the functions' roles say, as one page. A row stands for each of its actions on each of its resources; where keys are named,
 * every partition key that the call touches must be like one of them. What is not here is not in the template either.
 */
const PAGE = `
function        | may                                                                                  | on                                        | keys
----------------|--------------------------------------------------------------------------------------|-------------------------------------------|------------------------------
signin          | dynamodb:PutItem, dynamodb:GetItem                                                   | ledger                                    | signin#*
signin          | dynamodb:PutItem, dynamodb:GetItem, dynamodb:Query                                   | ledger                                    | person#*
signin          | dynamodb:BatchGetItem                                                                | identity                                  | person#*
signin          | dynamodb:PutItem, dynamodb:GetItem                                                   | identity                                  | session#*, attempt#*, parked#*
signin          | dynamodb:DeleteItem                                                                  | identity                                  | session#*, attempt#*, parked#*
signin          | dynamodb:PutItem, dynamodb:GetItem                                                   | identity                                  | seen#*
signin          | dynamodb:Query                                                                       | identity                                  | session#*, seen#*, family#*
signin          | dynamodb:DeleteItem                                                                  | identity                                  | family#*
signin          | dynamodb:PutItem, dynamodb:GetItem, dynamodb:DeleteItem                              | identity                                  | chatlink#*
signin          | dynamodb:Query                                                                       | identity                                  | chatlink#*
signin          | dynamodb:GetItem                                                                     | identity                                  | chatcode#*
signin          | dynamodb:PutItem, dynamodb:GetItem                                                   | identity                                  | limit#chatcode*
signin          | dynamodb:PutItem                                                                     | identity                                  | person#*, replay#*, upstream#*
signin          | ssm:GetParameter                                                                     | parameter/hatcheck/dev/pepper             |
signin          | ssm:GetParameter                                                                     | parameter/hatcheck/no-provider-has-a-secret |
token           | dynamodb:PutItem, dynamodb:GetItem                                                   | ledger                                    | signin#*
token           | dynamodb:PutItem                                                                     | identity                                  | session#*, person#*, replay#*
token           | dynamodb:PutItem, dynamodb:GetItem                                                   | identity                                  | code#*, family#*, refresh#*
token           | dynamodb:PutItem, dynamodb:GetItem                                                   | identity                                  | device#*, usercode#*, limit#*
token           | dynamodb:PutItem, dynamodb:GetItem                                                   | identity                                  | seen#*
token           | dynamodb:PutItem, dynamodb:DeleteItem                                                | identity                                  | upstream#*
token           | dynamodb:GetItem, dynamodb:Query                                                     | identity                                  | session#*, family#*
token           | dynamodb:DeleteItem                                                                  | identity                                  | session#*, family#*
token           | ssm:GetParameter                                                                     | parameter/hatcheck/dev/pepper             |
token           | ssm:GetParameter                                                                     | parameter/hatcheck/no-provider-has-a-secret |
requests        | dynamodb:Query, dynamodb:GetItem                                                     | ledger                                    | request#*, refusals#*, person#*, control
requests        | dynamodb:PutItem                                                                     | ledger                                    | request#*, person#*, control
requests        | dynamodb:PutItem                                                                     | index                                     | request#*
requests        | dynamodb:Query                                                                       | index's indexes                           |
requests        | dynamodb:GetItem                                                                     | identity                                  | session#*
requests        | dynamodb:PutItem, dynamodb:GetItem                                                   | identity                                  | seen#*
requests        | dynamodb:BatchGetItem                                                                | identity                                  | person#*, text#*
requests        | dynamodb:PutItem                                                                     | identity                                  | text#*
requests        | dynamodb:Query, dynamodb:DeleteItem                                                  | identity                                  | session#*, family#*
requests        | ssm:GetParameter                                                                     | parameter/hatcheck/dev/outside/*          |
credentials     | dynamodb:Query, dynamodb:GetItem                                                     | ledger                                    | request#*, refusals#*, person#*, control
credentials     | dynamodb:PutItem                                                                     | ledger                                    | request#*, refusals#*
credentials     | dynamodb:GetItem                                                                     | identity                                  | session#*
credentials     | dynamodb:PutItem, dynamodb:GetItem                                                   | identity                                  | seen#*
credentials     | sts:AssumeRole, sts:TagSession, sts:SetSourceIdentity                                | arn:aws:iam::111122223333:role/hatcheck/* |
credentials     | kms:Sign                                                                             | key IssuerKeyA, key IssuerKeyB            | {"StringEquals":{"kms:SigningAlgorithm":["ECDSA_SHA_256"]}}
credentials     | kms:Sign                                                                             | key SamlKeyA, key SamlKeyB                | {"StringEquals":{"kms:SigningAlgorithm":["RSASSA_PKCS1_V1_5_SHA_256"]}}
credentials     | kms:GetPublicKey                                                                     | key IssuerKeyA, key IssuerKeyB            |
issuer          | kms:GetPublicKey                                                                     | key IssuerKeyA, key IssuerKeyB            |
credentials     | ssm:GetParameter                                                                     | parameter/hatcheck/dev/outside/*          |
on-ledger-event | dynamodb:DescribeStream, dynamodb:GetRecords                                         | ledger's stream                           |
on-ledger-event | dynamodb:GetShardIterator, dynamodb:ListStreams                                      | ledger's stream                           |
on-ledger-event | dynamodb:Query                                                                       | ledger                                    | request#*, refusals#*, control, person#*, alarm#*
on-ledger-event | dynamodb:PutItem, dynamodb:GetItem                                                   | ledger                                    | alarm#*
on-ledger-event | dynamodb:PutItem                                                                     | index                                     | request#*, find#*, anomaly#*
on-ledger-event | dynamodb:Query                                                                       | index's index byRequester                 |
on-ledger-event | events:PutEvents                                                                     | arn:aws:events:eu-west-1:777788889999:event-bus/hatcheck-dev |
on-ledger-event | sqs:SendMessage                                                                      | queue LedgerStreamFailures                |
on-ledger-event | sqs:SendMessage                                                                      | queue Notices                             |
on-ledger-event | sqs:SendMessage                                                                      | queue Revocations                         |
on-schedule     | dynamodb:Query, dynamodb:GetItem                                                     | ledger                                    | request#*
on-schedule     | dynamodb:PutItem                                                                     | ledger                                    | request#*
on-schedule     | dynamodb:Query                                                                       | index's index byDue                       |
on-schedule     | dynamodb:PutItem                                                                     | index                                     | request#*
on-schedule     | dynamodb:PutItem                                                                     | identity                                  | text#on-schedule
on-schedule     | ssm:GetParameter                                                                     | parameter/hatcheck/dev/outside/*          |
on-schedule     | sqs:SendMessage                                                                      | queue Notices                             |
on-schedule     | sqs:SendMessage                                                                      | queue Revocations                         |
on-revocation   | sqs:ReceiveMessage, sqs:DeleteMessage, sqs:GetQueueAttributes                        | queue Revocations                         |
on-revocation   | dynamodb:Query, dynamodb:GetItem                                                     | ledger                                    | request#*
on-revocation   | dynamodb:PutItem                                                                     | ledger                                    | request#*
on-revocation   | dynamodb:PutItem                                                                     | index                                     | request#*
on-revocation   | sts:AssumeRole                                                                       | arn:aws:iam::*:role/hatcheck/hatcheck-revoker |
on-notice       | sqs:ReceiveMessage, sqs:DeleteMessage, sqs:GetQueueAttributes                        | queue Notices                             |
on-notice       | sqs:ChangeMessageVisibility                                                          | queue Notices                             |
on-notice       | sqs:SendMessage                                                                      | queue NoticesFailures                     |
on-notice       | dynamodb:Query                                                                       | ledger                                    | request#*
on-notice       | dynamodb:Query                                                                       | index's index byRequester                 |
on-notice       | dynamodb:BatchGetItem                                                                | identity                                  | person#*, text#*
on-notice       | dynamodb:PutItem, dynamodb:Query                                                     | identity                                  | chatmessage#*
on-notice       | dynamodb:GetItem, dynamodb:Query                                                     | identity                                  | chatlink#*
on-notice       | ses:SendEmail                                                                        | arn:aws:ses:eu-west-1:777788889999:identity/*, arn:aws:ses:eu-west-1:777788889999:configuration-set/* | {"StringEquals":{"ses:FromAddress":["hatcheck@example.com"]}}
on-notice       | ssm:GetParameter                                                                     | parameter/hatcheck/dev/chat/out/*         |
chatops         | sqs:SendMessage                                                                      | queue ChatActs                            |
chatops         | dynamodb:PutItem                                                                     | identity                                  | replay#chat#*
chatops         | ssm:GetParameter                                                                     | parameter/hatcheck/dev/chat/in/*          |
on-chat-act     | sqs:ReceiveMessage, sqs:DeleteMessage, sqs:GetQueueAttributes                        | queue ChatActs                            |
on-chat-act     | dynamodb:Query, dynamodb:GetItem                                                     | ledger                                    | request#*, person#*, control
on-chat-act     | dynamodb:PutItem                                                                     | ledger                                    | request#*, person#*
on-chat-act     | dynamodb:PutItem                                                                     | index                                     | request#*
on-chat-act     | dynamodb:Query                                                                       | index's indexes                           |
on-chat-act     | dynamodb:GetItem                                                                     | identity                                  | chatlink#*
on-chat-act     | dynamodb:Query                                                                       | identity                                  | session#*, seen#*
on-chat-act     | dynamodb:PutItem                                                                     | identity                                  | chatcode#*
on-chat-act     | dynamodb:PutItem, dynamodb:GetItem                                                   | identity                                  | limit#chat#*
on-chat-act     | dynamodb:BatchGetItem                                                                | identity                                  | person#*, text#*
on-chat-act     | dynamodb:PutItem                                                                     | identity                                  | text#*
on-chat-act     | ssm:GetParameter                                                                     | parameter/hatcheck/dev/outside/*          |
on-chat-act     | ssm:GetParameter                                                                     | parameter/hatcheck/dev/chat/out/*         |
on-deploy       | dynamodb:Query, dynamodb:GetItem, dynamodb:PutItem                                   | ledger                                    | control
audit           | dynamodb:Query                                                                       | ledger                                    | request#*, refusals#*, signin#*, control, person#*, alarm#*, log, checkpoint
audit           | dynamodb:Query                                                                       | index                                     | find#*, sequenced#*
audit           | dynamodb:GetItem                                                                     | index                                     | tile#*
audit           | kms:GetPublicKey                                                                     | key CheckpointKey                         |
audit           | dynamodb:GetItem                                                                     | identity                                  | session#*
audit           | dynamodb:PutItem, dynamodb:GetItem                                                   | identity                                  | seen#*
audit           | dynamodb:BatchGetItem                                                                | identity                                  | person#*, text#*
audit           | ssm:GetParameter                                                                     | parameter/hatcheck/dev/outside/*          |
on-sequence     | dynamodb:DescribeStream, dynamodb:GetRecords                                         | ledger's stream                           |
on-sequence     | dynamodb:GetShardIterator, dynamodb:ListStreams                                      | ledger's stream                           |
on-sequence     | dynamodb:Query                                                                       | ledger                                    | request#*, refusals#*, signin#*, control, person#*, alarm#*, log
on-sequence     | dynamodb:PutItem, dynamodb:GetItem                                                   | ledger                                    | log
on-sequence     | dynamodb:PutItem                                                                     | index                                     | sequenced#*, tile#*
on-sequence     | dynamodb:Query                                                                       | index                                     | sequenced#*
on-sequence     | dynamodb:GetItem                                                                     | index                                     | tile#*
on-sequence     | sqs:SendMessage                                                                      | queue LogFailures                         |
on-sequence     | events:PutEvents                                                                     | arn:aws:events:eu-west-1:777788889999:event-bus/hatcheck-dev |
on-checkpoint   | dynamodb:Query                                                                       | ledger                                    | log, checkpoint
on-checkpoint   | dynamodb:PutItem, dynamodb:GetItem                                                   | ledger                                    | checkpoint
on-checkpoint   | dynamodb:GetItem                                                                     | index                                     | tile#*
on-checkpoint   | kms:Sign                                                                             | key CheckpointKey                         | {"StringEquals":{"kms:SigningAlgorithm":["ECDSA_SHA_256"]}}
on-checkpoint   | kms:GetPublicKey                                                                     | key CheckpointKey                         |
on-forget       | dynamodb:Query, dynamodb:GetItem                                                     | ledger                                    | request#*, person#*
on-forget       | dynamodb:PutItem                                                                     | ledger                                    | person#*
on-forget       | dynamodb:Query                                                                       | index's index byRequester                 |
on-forget       | dynamodb:Scan                                                                        | identity                                  |
on-forget       | dynamodb:BatchGetItem                                                                | identity                                  | person#*
on-forget       | dynamodb:GetItem                                                                     | identity                                  | chatlink#*
on-forget       | dynamodb:Query                                                                       | identity                                  | session#*, seen#*, family#*, refresh#*, upstream#*, chatlink#*, text#*, person#*
on-forget       | dynamodb:DeleteItem                                                                  | identity                                  | session#*, seen#*, family#*, refresh#*, upstream#*, chatlink#*, text#*, person#*, attempt#*, parked#*, code#*, device#*, chatcode#*, chatmessage#*
on-export       | dynamodb:Query                                                                       | ledger                                    | request#*, refusals#*, signin#*, control, person#*, alarm#*, log, checkpoint
on-export       | dynamodb:GetItem, dynamodb:PutItem                                                   | index                                     | export
on-export       | kms:GetPublicKey                                                                     | key CheckpointKey                         |
on-export       | s3:PutObject, s3:PutObjectRetention                                                  | arn:aws:s3:::hatcheck-dev-export-777788889999/events/*, arn:aws:s3:::hatcheck-dev-export-777788889999/checkpoints/*, arn:aws:s3:::hatcheck-dev-export-777788889999/keys/* |
EACH            | logs:CreateLogStream, logs:PutLogEvents                                              | log group EACH                            |

function        | may never                                                                            | on                                        | keys
----------------|--------------------------------------------------------------------------------------|-------------------------------------------|------------------------------
credentials     | sts:AssumeRole                                                                       | arn:aws:iam::*:role/hatcheck/hatcheck-revoker |
LEDGER          | dynamodb:UpdateItem, dynamodb:DeleteItem, dynamodb:BatchWriteItem, dynamodb:PartiQL* | ledger                                    |
`;

/** Every function, and those that touch the ledger. */
const EACH = [
  'signin',
  'token',
  'requests',
  'credentials',
  'issuer',
  'portal',
  'on-ledger-event',
  'on-schedule',
  'on-revocation',
  'on-notice',
  'chatops',
  'on-chat-act',
  'on-deploy',
  'on-forget',
  'on-sequence',
  'on-checkpoint',
  'on-export',
  'audit',
];
const LEDGER = EACH.filter((id) => !['portal', 'issuer', 'chatops'].includes(id));

const listed = (cell: string): string[] => cell.split(',').map((one) => one.trim());

/** The page, a line for each action on each resource. */
export const written = (page = PAGE): readonly string[] => {
  let effect = '';
  return page.split('\n').flatMap((line) => {
    const [functions = '', actions = '', resource = '', keys = ''] = line.split('|').map((cell) => cell.trim());
    if (functions === 'function') effect = actions === 'may' ? 'Allow' : 'Deny';
    if (functions === '' || functions === 'function' || functions.startsWith('--')) return [];
    const ids = { EACH, LEDGER }[functions] ?? [functions];
    return ids.flatMap((id) =>
      listed(actions).flatMap((action) =>
        listed(resource).map((each) => `${id} | ${effect} ${action} | ${each.replace('EACH', id)} | ${keys}`),
      ),
    );
  });
};

/** What the template's roles say in that place, as the page has it. */
export const shown = (template: unknown, place: Place = IRELAND): readonly string[] =>
  rowsOf(resolved(template, place))
    .map((row) =>
      line(row).replaceAll(`arn:${place.partition}:`, 'arn:aws:').replaceAll(`:${place.region}:`, ':eu-west-1:'),
    )
    .map((each) => each.replaceAll('arn:aws:ssm:eu-west-1:777788889999:parameter', 'parameter'));

const line = ({ functionId, effect, action, resource, keys, condition }: Row): string => {
  const limits = [...(keys ? [keys.join(', ')] : []), ...(condition === undefined ? [] : [condition])].join(' ');
  return `${functionId} | ${effect} ${action} | ${resource} | ${limits}`;
};
