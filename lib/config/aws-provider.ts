import * as z from 'zod';
import type { Entitlement } from '../domain/entitlement.ts';
import type { AwsProvider } from '../identity/ports.ts';
import { region } from './access-schema.ts';
import { distinct, idText, lineOf } from './access-words.ts';

/** One for all partitions: an account's id is of one of them. */
const ISSUER = 'https://sts.amazonaws.com';

const role = z.strictObject({
  account: z.string().regex(/^\d{12}$/, { error: 'must be the 12 digits of an account id, in quotes' }),
  /** Without a path, which STS does not tell; an account has each name once. */
  name: z.string().regex(/^(?!hatcheck-)[A-Za-z0-9_+=,.@-]{1,64}$/, {
    error: 'must be the name of a role, without its path, and none of Hatcheck’s own',
  }),
});

export const awsProvider = z.strictObject({
  id: idText,
  type: z.literal('aws-workload'),
  /** Signed with each proof, as a header: printable, and no space at its ends that a header would lose. */
  audience: z.string().regex(/^[!-~]{1,255}$/, { error: 'must be 1 to 255 printable characters without spaces' }),
  regions: distinct(region, 40),
  roles: z.array(role).min(1).max(100),
  groups: distinct(lineOf(256), 50).optional(),
});

export const compileAwsProvider = ({ groups = [], ...provider }: z.infer<typeof awsProvider>): AwsProvider => ({
  ...provider,
  issuer: ISSUER,
  groups: groups.map((name) => `${provider.id}:${name}`),
});

/** Those that Hatcheck lends: whoever borrowed one could ask for more in the role's name. By their places in the list. */
export const lentRoles = ({ roles }: AwsProvider, entitlements: readonly Entitlement[]): readonly number[] => {
  const lent = new Set(
    entitlements.map(({ account, roleArn }) => `${account.id} ${roleArn.slice(roleArn.lastIndexOf('/') + 1)}`),
  );
  return roles.flatMap(({ account, name }, index) => (lent.has(`${account} ${name}`) ? [index] : []));
};
