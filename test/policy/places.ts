import { readFileSync } from 'node:fs';
import type { CompiledAccess } from '../../lib/config/access.ts';
import { parseAccess } from '../../lib/config/access-file.ts';
import type { Partition } from '../../lib/domain/entitlement.ts';

/** Where Hatcheck may be deployed. */
export interface Place {
  readonly partition: Partition;
  readonly region: string;
}

export const IRELAND: Place = { partition: 'aws', region: 'eu-west-1' };

/** A region of each partition. */
export const PLACES: readonly Place[] = [
  IRELAND,
  { partition: 'aws-us-gov', region: 'us-gov-west-1' },
  { partition: 'aws-cn', region: 'cn-north-1' },
];

/** The laptop's access policy, its accounts in another partition. */
export const policyIn = ({ partition, region }: Place): CompiledAccess =>
  parseAccess(
    readFileSync('local/access.yml', 'utf8').replaceAll(
      'region: eu-west-1',
      `region: ${region}, partition: ${partition}`,
    ),
    { baseDir: 'local', readFile: (path) => readFileSync(path, 'utf8') },
  );
