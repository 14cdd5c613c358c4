import type { CompiledAccess } from '../../lib/config/access.ts';
import { partitionOfRegion } from '../../lib/domain/partition.ts';
import type { Caller } from './cloud.ts';
import { type Finding, stops, warns } from './finding.ts';

/** Whether it is this account that this stage is meant for, and whether its roles can be lent from there. */
export const checkAccount = (
  { account, partition }: Caller,
  {
    stage,
    region,
    settings,
  }: { readonly stage: string; readonly region: string; readonly settings: { readonly account?: string | undefined } },
  access: CompiledAccess | undefined,
): readonly Finding[] => [
  ...(settings.account !== undefined && settings.account !== account
    ? [
        stops(
          'account',
          `the credentials are of ${account}, and stages/${stage}.yml says ${settings.account}`,
          'AWS_PROFILE=… names the right ones',
        ),
      ]
    : []),
  ...(partitionOfRegion(region) === partition
    ? []
    : [
        stops(
          'region',
          `${region} is of the partition ${partitionOfRegion(region)}, and the credentials are of ${partition}`,
          `--region, or region: in stages/${stage}.yml`,
        ),
      ]),
  ...elsewhere(partition, access),
  ...(access?.accounts ?? [])
    .filter(({ id }) => id === account)
    .map(({ name }) =>
      warns(
        'account',
        `${account} is also ${name}, in which roles are lent: who is lent much there may change Hatcheck itself`,
        'deploy it to an account of its own',
      ),
    ),
];

/** Nobody assumes a role across partitions; what we sign is taken in any. */
const elsewhere = (partition: string, access: CompiledAccess | undefined): readonly Finding[] =>
  (access?.entitlements ?? [])
    .filter(({ account, session }) => session.via === 'assumeRole' && account.partition !== partition)
    .map(({ id, account }) =>
      stops(
        'account',
        `${id} is lent by assumeRole in ${account.name}, of ${account.partition}, and the credentials are of ${partition}`,
        `session.via: webIdentity or saml; or a Hatcheck of its own in ${account.partition}`,
      ),
    );
