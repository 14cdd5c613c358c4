import type { Partition } from './entitlement.ts';

const BY_PREFIX = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
] as const;

/** Which partition a region is of, by its name. */
export const partitionOfRegion = (region: string): Partition =>
  BY_PREFIX.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws';
