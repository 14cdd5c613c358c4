import { parsePolicy } from '../../../local/aws/policy/document.ts';
import type { PolicyDocument } from '../../../local/aws/policy/document.ts';
import { evaluate } from '../../../local/aws/policy/evaluate.ts';
import type { AccessRequest } from '../../../local/aws/policy/evaluate.ts';

export const CALLER = {
  kind: 'role',
  account: '111122223333',
  roleArn: 'arn:aws:iam::111122223333:role/hatcheck/Admin',
  sessionArn: 'arn:aws:sts::111122223333:assumed-role/Admin/engineer',
} as const;

/** A read of an object, unless it says otherwise. */
export function request(context: Record<string, string[]> = {}, rest: Partial<AccessRequest> = {}): AccessRequest {
  return {
    ...{ caller: CALLER, action: 's3:GetObject', resource: 'arn:aws:s3:::reports/2026/a.csv' },
    context: new Map(Object.entries(context)),
    ...rest,
  };
}

export function allows(document: PolicyDocument, asked: AccessRequest): boolean {
  return evaluate(asked, { identity: [parsePolicy(document, 'identity', 'test')] }).allowed;
}
