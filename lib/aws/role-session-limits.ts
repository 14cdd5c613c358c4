import { type RoleSessionOrder, STS_MAX_SECONDS, STS_MIN_SECONDS } from '../domain/role-session.ts';

/** `\w` of the STS model is ASCII only, as here without `u` and `i`. */
const NAME = /^[A-Za-z0-9_+=,.@-]{2,64}$/;
const EXTERNAL_ID = /^[A-Za-z0-9_+=,.@:/-]{2,1224}$/;
const ROLE_ARN = /^arn:aws[a-z-]*:iam::\d{12}:role\/[A-Za-z0-9_+=,.@/-]{1,576}$/;
const PROVIDER_ARN = /^arn:aws[a-z-]*:iam::\d{12}:saml-provider\/[A-Za-z0-9._-]{1,128}$/;
const POLICY = /^[\t\n\r\u0020-\u00ff]{1,2048}$/;
const TAG_KEY = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u;
const TAG_VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;
const RESERVED = /^aws:/i;
const MAX_TAGS = 50;

/**
 * What AWS would refuse (API reference, AssumeRole), found before it is asked; nothing is cut or replaced to fit, since two principals
 * could then meet in one name. Undefined when all is well.
 */
export const faultOf = (order: RoleSessionOrder, policy: string): string | undefined => {
  if (!ROLE_ARN.test(order.roleArn)) return 'role_arn';
  if (!NAME.test(order.sessionName)) return 'session_name';
  if (!NAME.test(order.sourceIdentity) || RESERVED.test(order.sourceIdentity)) return 'source_identity';
  if (order.externalId !== undefined && !EXTERNAL_ID.test(order.externalId)) return 'external_id';
  if (order.via === 'saml' && !PROVIDER_ARN.test(order.providerArn ?? '')) return 'provider_arn';
  if (!isDuration(order)) return 'duration';
  // 2,048 characters before AWS packs it; what the packing allows, only AWS knows.
  if (!POLICY.test(policy)) return 'session_policy';
  return areTags(order.tags) ? undefined : 'tags';
};

const isDuration = ({ via, durationSeconds }: RoleSessionOrder): boolean =>
  Number.isInteger(durationSeconds) && durationSeconds >= STS_MIN_SECONDS && durationSeconds <= STS_MAX_SECONDS[via];

const areTags = (tags: RoleSessionOrder['tags']): boolean => {
  const entries = Object.entries(tags);
  return (
    entries.length <= MAX_TAGS &&
    entries.every(([key, value]) => TAG_KEY.test(key) && !RESERVED.test(key) && TAG_VALUE.test(value)) &&
    new Set(entries.map(([key]) => key.toLowerCase())).size === entries.length
  );
};
