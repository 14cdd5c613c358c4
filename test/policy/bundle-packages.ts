import type { BundleContents } from './bundles.ts';

const XML = ['@xmldom/is-dom-node', '@xmldom/xmldom', 'xml-crypto', 'xpath'];
const RECORD = ['canonicalize', 'ulid', 'zod'];
const API = ['@middy/core', ...RECORD];

const aws = (...names: readonly string[]): readonly string[] => names.map((name) => `@aws-sdk/client-${name}`);

/** What of other people's is in each function's bundle, besides what the AWS SDK's clients bring. */
export const PACKAGES_IN: Readonly<Record<string, readonly string[]>> = {
  signin: [...aws('dynamodb', 'ssm'), ...API, ...XML],
  token: [...aws('dynamodb', 'ssm'), ...API, ...XML],
  requests: [...aws('dynamodb'), ...API],
  credentials: [...aws('dynamodb', 'kms', 'sts'), ...API],
  issuer: [...aws('kms'), '@middy/core', 'ulid', 'zod'],
  audit: [...aws('dynamodb', 'kms'), ...API],
  portal: ['@middy/core', 'zod'],
  chatops: [...aws('dynamodb', 'sqs', 'ssm'), '@middy/core', 'ulid', 'zod'],
  'on-chat-act': [...aws('dynamodb'), ...RECORD],
  'on-checkpoint': [...aws('dynamodb', 'kms'), ...RECORD],
  'on-deploy': [...aws('dynamodb'), ...RECORD],
  'on-export': [...aws('dynamodb', 'kms', 's3'), ...RECORD],
  'on-forget': [...aws('dynamodb'), ...RECORD],
  'on-ledger-event': [...aws('dynamodb', 'eventbridge', 'sqs'), ...RECORD],
  'on-notice': [...aws('dynamodb', 'sesv2', 'sqs'), ...RECORD],
  'on-revocation': [...aws('dynamodb', 'iam', 'sts'), ...RECORD],
  'on-schedule': [...aws('dynamodb', 'sqs'), ...RECORD],
  'on-sequence': [...aws('dynamodb', 'eventbridge'), ...RECORD],
};

/** What the AWS SDK's clients bring: whoever has one has these. */
const OF_THE_SDK = /^(?:@aws-sdk\/(?!client-)|@smithy\/|@aws\/lambda-invoke-store$|mnemonist$|obliterator$)/;

/** Every package of which something is in the bundle. */
export const packagesOf = ({ files }: BundleContents): readonly string[] => [
  ...new Set(
    files.flatMap((file) => /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(file)?.[1] ?? []),
  ),
];

/** Those that its code asks for. */
export const ownPackagesOf = (bundle: BundleContents): readonly string[] =>
  packagesOf(bundle).filter((name) => !OF_THE_SDK.test(name));
