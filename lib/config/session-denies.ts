import * as z from 'zod';
import type { DenyStatement } from '../domain/entitlement.ts';
import type { AccessFault } from './access-fault.ts';
import { fault } from './access-words.ts';
import { present } from './present.ts';
import { checked } from './schema-fault.ts';
import { yamlSource } from './yaml-source.ts';

/** STS takes a session policy of these characters only (API reference, AssumeRole, Policy). */
const policyText = z
  .string()
  .min(1)
  .regex(/^[\u0020-\u00FF]+$/, { error: 'must be Latin-1 text, as STS wants it' });

const oneOrMore = (text: z.ZodType<string>) =>
  z.unknown().transform((value, context): string[] => {
    const list = z
      .array(text)
      .min(1)
      .safeParse(Array.isArray(value) ? value : [value]);
    if (list.success) return list.data;
    context.addIssue(fault('invalid_list', list.error.issues[0]?.message ?? 'must be text or a list of text'));
    return z.NEVER;
  });

const action = policyText.regex(/^(?:\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+)$/, {
  error: 'must be an action such as iam:Create*, or a list of them',
});

const resource = policyText.regex(/^(?:\*|arn:.+)$/, { error: 'must be an ARN or *, or a list of them' });

/** IAM user guide, condition operators. One that IAM does not know would make STS refuse every session. */
const OPERATOR = new RegExp(
  '^(?:(?:ForAllValues:|ForAnyValue:)?(?:' +
    'String(?:Not)?Equals(?:IgnoreCase)?|String(?:Not)?Like|Arn(?:Not)?(?:Equals|Like)|Bool|BinaryEquals|(?:Not)?IpAddress|' +
    '(?:Numeric|Date)(?:(?:Not)?Equals|(?:Less|Greater)Than(?:Equals)?))(?:IfExists)?|Null)$',
);

const statement = z
  .strictObject({
    Sid: z
      .string()
      .regex(/^[A-Za-z0-9]{1,64}$/, { error: 'must be letters and digits' })
      .optional(),
    Effect: z.literal('Deny'),
    Action: oneOrMore(action).optional(),
    NotAction: oneOrMore(action).optional(),
    Resource: oneOrMore(resource).optional(),
    NotResource: oneOrMore(resource).optional(),
    Condition: z
      .record(
        z.string().regex(OPERATOR, { error: 'is not a condition operator' }),
        z.record(policyText, oneOrMore(policyText)),
      )
      .optional(),
  })
  .check(({ value, issues }) => {
    for (const [one, other] of [
      ['Action', 'NotAction'],
      ['Resource', 'NotResource'],
    ] as const) {
      if ((value[one] === undefined) === (value[other] === undefined))
        issues.push({ ...fault('one_of', `must have either ${one} or ${other}`), input: value });
    }
  });

const policyDocument = z.strictObject({
  Version: z.literal('2012-10-17'),
  Id: z.string().optional(),
  Statement: z.array(statement).min(1),
});

/**
 * The statements of an entitlement's own session policy: denies only, since what it allowed the role might not, and AWS would
 * intersect them. A file with faults gives none.
 */
export const sessionDenies = (file: string, text: string, faults: AccessFault[]): readonly DenyStatement[] => {
  const source = yamlSource(file, text);
  const before = faults.length;
  faults.push(...source.faults);
  if (!isJson(text)) faults.push(source.fault([], 'invalid_json', 'is not JSON'));
  if (faults.length > before) return [];
  const document = checked(source, [], policyDocument, faults);
  return document ? document.Statement.map((each) => ({ Effect: each.Effect, ...present(each) })) : [];
};

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};
