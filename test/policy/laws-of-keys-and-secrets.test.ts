import { beforeAll } from '@jest/globals';
import { allow, arnOf, one } from './broken.ts';
import { type StackLaws, testStackLaws } from './hold.ts';
import * as laws from './laws.ts';
import { type Compiled, packaged, property, statement } from './template.ts';

let compiled: Compiled;
beforeAll(async () => {
  compiled = await packaged();
});

const LAWS: StackLaws = {
  'only sign-in and token exchange read secrets, and whoever asks services outside reads theirs': [
    laws.onlySignInReadsSecrets,
    [
      one(
        'requests may',
        statement('RequestsRole', '+'),
        allow('ssm:GetParameter', 'arn:aws:ssm:eu-west-1:777788889999:parameter/hatcheck/*'),
        'requests ssm:GetParameter',
      ),
      one(
        'whoever receives speaks',
        statement('ChatopsRole', 'Sid=WhatVerifies', 'Resource'),
        'arn:aws:ssm:eu-west-1:777788889999:parameter/hatcheck/dev/chat/*',
        'chatops ssm:GetParameter',
      ),
      one(
        'whoever speaks verifies',
        statement('OnChatActRole', 'Sid=WhatWeSpeakWith', 'Resource'),
        'arn:aws:ssm:eu-west-1:777788889999:parameter/hatcheck/dev/chat/in/*',
        'on-chat-act ssm:GetParameter',
      ),
      one(
        'anybody’s parameters',
        statement('TokenRole', 'Sid=Pepper', 'Resource'),
        'arn:aws:ssm:eu-west-1:777788889999:parameter/hatcheck/*',
        'token ssm:GetParameter',
      ),
      one(
        'from another store',
        statement('CredentialsRole', '+'),
        allow('secretsmanager:GetSecretValue', 'arn:aws:secretsmanager:eu-west-1:777788889999:secret:x'),
        'credentials secretsmanager:GetSecretValue',
      ),
    ],
  ],
  'only on-notice sends mail, and from one address': [
    laws.onlyOnNoticeMails,
    [
      one('another function', statement('PortalRole', '+'), allow('ses:SendEmail', '*'), 'portal ses:SendEmail'),
      one(
        'from any address',
        property('OnNoticeMails', 'PolicyDocument', 'Statement', 'Sid=SendMails', 'Condition'),
        undefined,
        'on-notice ses:SendEmail',
      ),
      one(
        'in any form',
        property('OnNoticeMails', 'PolicyDocument', 'Statement', 'Sid=SendMails', 'Action'),
        ['ses:SendEmail', 'ses:SendRawEmail'],
        'on-notice ses:SendRawEmail',
      ),
    ],
  ],
  'only credentials signs, and by one algorithm; the issuer reads public keys': [
    laws.eachKeySignsForOneFunction,
    [
      one(
        'the issuer signs',
        statement('IssuerRole', 'Sid=ReadPublicKeys', 'Action'),
        ['kms:GetPublicKey', 'kms:Sign'],
        'issuer kms:Sign',
      ),
      one(
        'by any algorithm',
        statement('CredentialsRole', 'Sid=SignTokens', 'Condition'),
        undefined,
        'credentials kms:Sign',
      ),
      one(
        'responses by any algorithm',
        statement('CredentialsRole', 'Sid=SignResponses', 'Condition'),
        undefined,
        'credentials kms:Sign',
      ),
      one(
        'with any key',
        statement('CredentialsRole', 'Sid=SignTokens', 'Resource'),
        'arn:aws:kms:eu-west-1:777788889999:key/*',
        'credentials kms:Sign',
      ),
      one(
        'tokens with the key of checkpoints',
        statement('CredentialsRole', 'Sid=SignTokens', 'Resource'),
        arnOf('CheckpointKey'),
        'credentials kms:Sign',
      ),
      one(
        'checkpoints with a key of tokens',
        statement('OnCheckpointRole', 'Sid=SignCheckpoints', 'Resource'),
        arnOf('IssuerKeyA'),
        'on-checkpoint kms:Sign',
      ),
      one(
        'checkpoints by whoever writes the log',
        statement('OnSequenceRole', '+'),
        allow('kms:Sign', arnOf('CheckpointKey')),
        'on-sequence kms:Sign',
      ),
      one(
        'sign-in decrypts',
        statement('SigninRole', '+'),
        allow('kms:Decrypt', 'arn:aws:kms:eu-west-1:777788889999:key/x'),
        'signin kms:Decrypt',
      ),
    ],
  ],
  'the keys say themselves who signs': [
    laws.keysLetOneRoleSign,
    [
      one(
        'anybody of the account',
        property('IssuerKeyA', 'KeyPolicy', 'Statement', '2', 'Condition'),
        undefined,
        'IssuerKeyA lets others sign',
      ),
      one(
        'checkpoints by whoever opens role sessions',
        property('CheckpointKey', 'KeyPolicy', 'Statement', '2', 'Condition', 'ArnEquals', 'aws:PrincipalArn'),
        'arn:aws:iam::777788889999:role/hatcheck/hatcheck-dev-credentials',
        'CheckpointKey lets others sign',
      ),
      one(
        'by a grant',
        property('IssuerKeyB', 'KeyPolicy', 'Statement', '0', 'Action'),
        ['kms:CreateGrant'],
        'IssuerKeyB lets others sign',
      ),
      one(
        'by the algorithm of tokens',
        property('SamlKeyA', 'KeyPolicy', 'Statement', '2', 'Condition', 'StringEquals', 'kms:SigningAlgorithm'),
        'ECDSA_SHA_256',
        'SamlKeyA lets others sign',
      ),
      one(
        'everything',
        property('IssuerKeyB', 'KeyPolicy', 'Statement', '0', 'Action'),
        'kms:*',
        'IssuerKeyB lets others sign',
      ),
    ],
  ],
};

testStackLaws(LAWS, () => compiled);
