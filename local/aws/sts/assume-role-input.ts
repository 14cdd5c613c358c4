import { AwsFault } from '../fault.ts';
import { indices, listOf, Validation } from './parameters.ts';
import type { Parameters } from '../query.ts';

export interface AssumeRoleInput {
  readonly roleArn: string;
  readonly roleSessionName: string;
  readonly durationSeconds: number;
  readonly externalId: string | undefined;
  readonly sourceIdentity: string | undefined;
  readonly policy: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly transitiveTagKeys: readonly string[];
}

// The limits of the service model, 2011-06-15. `\w` is ASCII there, as in JavaScript.
export const NAME = { min: 2, max: 64, pattern: '[\\w+=,.@\\-]*' };
const EXTERNAL_ID = { min: 2, max: 1224, pattern: '[\\w+=,.@:\\/\\-]*' };
export const ROLE_ARN = {
  min: 20,
  max: 2048,
  pattern: '[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD]+',
};
export const POLICY = { min: 1, max: 2048, pattern: '[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+' };
const TAG_KEY = { min: 1, max: 128, pattern: '[\\p{L}\\p{Z}\\p{N}_.:\\/=+\\-@]+' };
const TAG_VALUE = { max: 256, pattern: '[\\p{L}\\p{Z}\\p{N}_.:\\/=+\\-@]*' };
const MAX_TAGS = 50;
const UNSUPPORTED = ['PolicyArns', 'SerialNumber', 'TokenCode', 'ProvidedContexts', 'ProviderId'];

/** Reads and checks the members of an AssumeRole request; throws an AwsFault that says all that is wrong with them. */
export function readAssumeRole(parameters: Parameters): AssumeRoleInput {
  const input = {
    roleArn: parameters.get('RoleArn') ?? '',
    roleSessionName: parameters.get('RoleSessionName') ?? '',
    durationSeconds: readDuration(parameters.get('DurationSeconds')),
    externalId: parameters.get('ExternalId'),
    sourceIdentity: parameters.get('SourceIdentity'),
    policy: parameters.get('Policy'),
    transitiveTagKeys: listOf(parameters, 'TransitiveTagKeys'),
  };
  const tags = readTags(parameters);
  const validation = new Validation();
  validation.text('roleArn', parameters.get('RoleArn'), ROLE_ARN);
  validation.text('roleSessionName', parameters.get('RoleSessionName'), NAME);
  validation.number('durationSeconds', input.durationSeconds, 900, 43_200);
  if (input.externalId !== undefined) validation.text('externalId', input.externalId, EXTERNAL_ID);
  if (input.sourceIdentity !== undefined) validation.text('sourceIdentity', input.sourceIdentity, NAME);
  if (input.policy !== undefined) validation.text('policy', input.policy, POLICY);
  checkTags(validation, tags, input.transitiveTagKeys);
  validation.finish();
  refuseUnsupported(parameters);
  refuseContradictions(tags, input.transitiveTagKeys);
  return { ...input, tags: Object.fromEntries(tags) };
}

export function readDuration(text: string | undefined): number {
  if (text === undefined) return 3600;
  if (!/^-?\d{1,10}$/.test(text)) throw new AwsFault(400, 'MalformedInput', 'DurationSeconds is not an integer');
  return Number(text);
}

export type TagList = readonly (readonly [key: string, value: string])[];

function readTags(parameters: Parameters): TagList {
  return indices(parameters, 'Tags').map((i) => [
    parameters.get(`Tags.member.${i}.Key`) ?? '',
    parameters.get(`Tags.member.${i}.Value`) ?? '',
  ]);
}

export function checkTags(validation: Validation, tags: TagList, transitiveTagKeys: readonly string[]): void {
  validation.count('tags', tags.length, MAX_TAGS);
  validation.count('transitiveTagKeys', transitiveTagKeys.length, MAX_TAGS);
  tags.forEach(([key, value], i) => {
    validation.text(`tags.${i + 1}.member.key`, key, TAG_KEY);
    validation.text(`tags.${i + 1}.member.value`, value, TAG_VALUE);
  });
  transitiveTagKeys.forEach((key, i) => {
    validation.text(`transitiveTagKeys.${i + 1}.member`, key, TAG_KEY);
  });
}

/** What AWS knows and this server does not is refused: ignoring it would open a session with other rights than asked for. */
export function refuseUnsupported(parameters: Parameters): void {
  for (const name of parameters.keys()) {
    const member = name.split('.')[0] ?? name;
    if (UNSUPPORTED.includes(member)) throw new AwsFault(400, 'ValidationError', `${member} is not supported here`);
  }
}

export function refuseContradictions(tags: TagList, transitiveTagKeys: readonly string[]): void {
  const keys = new Set(tags.map(([key]) => key.toLowerCase()));
  if (keys.size !== tags.length) {
    const message = 'Duplicate tag keys found. Please note that Tag keys are case insensitive.';
    throw new AwsFault(400, 'InvalidParameterValue', message);
  }
  if (tags.some(([key]) => /^aws:/i.test(key))) {
    throw new AwsFault(400, 'InvalidParameterValue', 'Tag keys must not start with aws:');
  }
  if (transitiveTagKeys.some((key) => !keys.has(key.toLowerCase()))) {
    const message = 'One of the specified transitive tag keys is not among the session tags.';
    throw new AwsFault(400, 'InvalidParameterValue', message);
  }
}
