import * as z from 'zod';
import { type Finding, stops } from './finding.ts';

/** "AWS CloudFormation quotas": of a template that is fetched from a bucket. */
const MAX_BYTES = 1_000_000;
const MAX_RESOURCES = 500;

/** "IAM and AWS STS quotas": characters of all policies that stand in a role, white space not counted. */
const MAX_POLICY_CHARACTERS = 10_240;

const templateSchema = z.object({
  Resources: z.record(
    z.string(),
    z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) }),
  ),
});

const policiesSchema = z.array(z.object({ PolicyDocument: z.unknown() })).default([]);

/** Where a packaged template is larger than AWS takes: a deployment would go back half-way. @throws SyntaxError, ZodError when it is none */
export const checkTemplate = (text: string): readonly Finding[] => {
  const { Resources } = templateSchema.parse(JSON.parse(text));
  const resources = Object.entries(Resources);
  return [
    ...over('the template', Buffer.byteLength(text), MAX_BYTES, 'bytes'),
    ...over('the template', resources.length, MAX_RESOURCES, 'resources'),
    ...resources
      .filter(([, { Type }]) => Type === 'AWS::IAM::Role')
      .flatMap(([id, { Properties }]) =>
        over(`the role ${id}`, charactersOf(Properties['Policies']), MAX_POLICY_CHARACTERS, 'characters of policies'),
      ),
  ];
};

const over = (what: string, found: number, most: number, unit: string): readonly Finding[] =>
  found > most
    ? [
        stops(
          'template',
          `${what} has ${found} ${unit}, and AWS takes ${most}`,
          'fewer accounts, paths of roles, or secrets in access.yml: roles under one path of an account are one line',
        ),
      ]
    : [];

/** Names that CloudFormation fills in are counted as they stand, which is about as long. */
const charactersOf = (policies: unknown): number =>
  policiesSchema
    .parse(policies)
    .reduce((sum, { PolicyDocument }) => sum + JSON.stringify(withoutFunctions(PolicyDocument)).length, 0);

const withoutFunctions = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutFunctions);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only?.[0] === 'Fn::Sub') return only[1];
  return Object.fromEntries(entries.map(([name, member]) => [name, withoutFunctions(member)]));
};
