import { beforeAll } from '@jest/globals';
import { allow, arnOf, one, onKeys } from './broken.ts';
import { type StackLaws, testStackLaws } from './hold.ts';
import * as laws from './laws.ts';
import { type Compiled, packaged, property, statement } from './template.ts';

let compiled: Compiled;
beforeAll(async () => {
  compiled = await packaged();
});

const TARGET = 'arn:aws:iam::111122223333:role/';

const LAWS: StackLaws = {
  'regression 14: only credentials assumes target roles, and only on the configured role paths': [
    laws.onlyCredentialsAssumesTargetRoles,
    [
      one(
        'requests may too',
        statement('RequestsRole', '+'),
        allow('sts:AssumeRole', `${TARGET}hatcheck/*`),
        'requests sts:AssumeRole',
      ),
      one(
        'any role',
        statement('CredentialsRole', 'Sid=OpenRoleSessions', 'Resource'),
        '*',
        'credentials sts:AssumeRole *',
      ),
      one(
        'any role of an account',
        statement('CredentialsRole', 'Sid=OpenRoleSessions', 'Resource'),
        [`${TARGET}*`],
        `${TARGET}*`,
      ),
      one(
        'another path',
        statement('CredentialsRole', 'Sid=OpenRoleSessions', 'Resource'),
        [`${TARGET}other/*`],
        `${TARGET}other/*`,
      ),
    ],
  ],
  'only on-revocation assumes revoker roles, and nothing else': [
    laws.onlyOnRevocationAssumesRevokerRoles,
    [
      one(
        'a target role',
        statement('OnRevocationRole', 'Sid=WriteBoundaries', 'Resource'),
        [`${TARGET}hatcheck/*`],
        `on-revocation sts:AssumeRole ${TARGET}hatcheck/*`,
      ),
      one(
        'with tags',
        statement('OnRevocationRole', 'Sid=WriteBoundaries', 'Action'),
        ['sts:AssumeRole', 'sts:TagSession'],
        'on-revocation sts:TagSession',
      ),
      one(
        'credentials may too',
        statement('CredentialsRole', 'Sid=EndNoSessions', 'Resource'),
        `${TARGET}hatcheck/hatcheck-revoker`,
        'credentials is not denied',
      ),
      one(
        'credentials may too, at times',
        statement('CredentialsRole', 'Sid=EndNoSessions', 'Condition'),
        { Bool: { 'aws:SecureTransport': 'false' } },
        'credentials is not denied',
      ),
    ],
  ],
  'nothing is allowed by wildcard': [
    laws.noWildcards,
    [
      one(
        'any action on the index',
        statement('RequestsRole', 'Sid=WriteSummaries', 'Action'),
        'dynamodb:*',
        'requests dynamodb:* index',
      ),
      one('any kind of get', statement('PortalRole', '+'), allow('s3:Get*', 'arn:aws:s3:::portal/*'), 'portal s3:Get*'),
      one('any resource', statement('TokenRole', '+'), allow('ssm:GetParameter', '*'), 'token ssm:GetParameter *'),
      one(
        'all but one action',
        statement('PortalRole', '+'),
        { Effect: 'Allow', NotAction: 'iam:CreateUser', Resource: arnOf('IndexTable') },
        'portal not iam:CreateUser',
      ),
      one(
        'all but one resource',
        statement('PortalRole', '+'),
        { Effect: 'Allow', Action: 's3:GetObject', NotResource: arnOf('IndexTable') },
        'not index',
      ),
      one(
        'any table',
        statement('PortalRole', '+'),
        allow('dynamodb:GetItem', 'arn:aws:dynamodb:eu-west-1:777788889999:*'),
        'portal',
      ),
    ],
  ],
  'each function puts only into its own kinds of stream': [
    laws.ledgerPutsOnlyIntoOwnStreams,
    [
      one(
        'without keys',
        statement('RequestsRole', 'Sid=AppendToRequests', 'Condition'),
        undefined,
        'requests dynamodb:PutItem ledger',
      ),
      one(
        'under any key',
        statement('CredentialsRole', 'Sid=AppendIntentsAndOutcomes', 'Condition'),
        onKeys('*'),
        'credentials dynamodb:PutItem ledger *',
      ),
      one(
        'alarms, by sign-in',
        statement('SigninRole', 'Sid=RecordSignIns', 'Condition'),
        onKeys('signin#*', 'alarm#*'),
        'signin',
      ),
      one(
        'the lifecycle, by the watch',
        statement('OnLedgerEventRole', 'Sid=RaiseAlarms', 'Condition'),
        onKeys('alarm#*', 'request#*'),
        'on-ledger-event',
      ),
      one(
        'anything, by the portal',
        statement('PortalRole', '+'),
        allow('dynamodb:PutItem', arnOf('LedgerTable'), ['portal#*']),
        'portal',
      ),
      one(
        'keys that need not all be',
        statement('RequestsRole', 'Sid=AppendToRequests', 'Condition'),
        { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': ['request#*'] } },
        'requests',
      ),
    ],
  ],
  'keys are asked only of what has them': [
    laws.keysAreAskedOnlyOfWhatHasThem,
    [
      one(
        'a scan',
        statement('RequestsRole', '+'),
        allow('dynamodb:Scan', arnOf('IdentityTable'), ['text#*']),
        'requests dynamodb:Scan',
      ),
    ],
  ],
  'tables are touched by key only': [
    laws.tablesAreTouchedByKeyOnly,
    [
      one(
        'any session',
        statement('CredentialsRole', 'Sid=ReadSessions', 'Condition'),
        undefined,
        'credentials dynamodb:GetItem identity',
      ),
      one(
        'a scan of the ledger',
        statement('PortalRole', '+'),
        allow('dynamodb:Scan', arnOf('LedgerTable')),
        'portal dynamodb:Scan ledger',
      ),
    ],
  ],
  'nobody updates or deletes in the ledger': [
    laws.nobodyAltersTheLedger,
    [
      one(
        'a role may',
        statement('TokenRole', '+'),
        allow('dynamodb:UpdateItem', arnOf('LedgerTable')),
        'token dynamodb:UpdateItem ledger',
      ),
      one(
        'a role is not denied',
        statement('OnLedgerEventRole', 'Sid=LedgerIsAppendOnly'),
        undefined,
        'on-ledger-event is not denied dynamodb:DeleteItem',
      ),
      one(
        'a role is denied some',
        statement('SigninRole', 'Sid=LedgerIsAppendOnly', 'Action'),
        ['dynamodb:UpdateItem'],
        'signin is not denied dynamodb:PartiQL*',
      ),
      one(
        'a role is denied some of the time',
        statement('SigninRole', 'Sid=LedgerIsAppendOnly', 'Condition'),
        onKeys('signin#*'),
        'signin is not denied dynamodb:UpdateItem',
      ),
      one(
        'a role that touches it anew',
        statement('PortalRole', '+'),
        allow('dynamodb:GetItem', arnOf('LedgerTable'), ['x#*']),
        'portal is not denied dynamodb:UpdateItem',
      ),
      one(
        'the table has no policy',
        property('LedgerTable', 'ResourcePolicy'),
        undefined,
        'the table allows dynamodb:UpdateItem',
      ),
      one(
        'the table denies one role only',
        property('LedgerTable', 'ResourcePolicy', 'PolicyDocument', 'Statement', 0, 'Principal'),
        { AWS: arnOf('TokenRole') },
        'the table allows dynamodb:DeleteItem',
      ),
      one(
        'the table forgets PartiQL',
        property('LedgerTable', 'ResourcePolicy', 'PolicyDocument', 'Statement', 0, 'Action', 4),
        undefined,
        'the table allows dynamodb:PartiQLUpdate',
      ),
    ],
  ],
  'only sign-in and token exchange mint sessions, and neither writes summaries': [
    laws.onlySignInMintsSessions,
    [
      one(
        'requests may',
        statement('RequestsRole', 'Sid=KeepWords', 'Condition'),
        onKeys('text#*', 'session#*'),
        'requests',
      ),
      one(
        'requests may, by a wider pattern',
        statement('RequestsRole', 'Sid=KeepWords', 'Condition'),
        onKeys('*'),
        'requests',
      ),
      one('requests may, without keys', statement('RequestsRole', 'Sid=KeepWords', 'Condition'), undefined, 'requests'),
      one(
        'sign-in writes summaries',
        statement('SigninRole', '+'),
        allow('dynamodb:PutItem', arnOf('IndexTable'), ['request#*']),
        'and summaries',
      ),
    ],
  ],
  'only sign-in links accounts in chat': [
    laws.onlySignInLinksChats,
    [
      one(
        'whoever acts in chat links too',
        statement('OnChatActRole', 'Sid=GiveCodes', 'Condition'),
        onKeys('chatcode#*', 'chatlink#*'),
        'on-chat-act dynamodb:PutItem identity',
      ),
      one(
        'whoever receives, by a wider pattern',
        statement('ChatopsRole', 'Sid=BurnActs', 'Condition'),
        onKeys('*'),
        'chatops dynamodb:PutItem identity',
      ),
    ],
  ],
};

testStackLaws(LAWS, () => compiled);
