import { describe, expect, test } from '@jest/globals';
import { CONSOLE_SERVICES, destinationNamed } from '../../../lib/domain/console.ts';
import { partitionOfRegion } from '../../../lib/domain/partition.ts';

describe('a destination by its name', () => {
  const ours = { logs: { path: '/cloudwatch/home' }, s3: { service: 's3', region: 'us-east-1' } } as const;

  test('is that of access.yml, before the service of that name', () => {
    expect(destinationNamed('logs', ours)).toEqual({ path: '/cloudwatch/home' });
    expect(destinationNamed('s3', ours)).toEqual({ service: 's3', region: 'us-east-1' });
  });

  test.each(CONSOLE_SERVICES)('is the service %s', (service) => {
    expect(destinationNamed(service)).toEqual({ service });
  });

  test.each(['', 'S3', 'toString', '__proto__', 'constructor', '/s3/home'])('%j is none', (name) => {
    expect(destinationNamed(name, ours)).toBeUndefined();
  });
});

test.each([
  ['eu-west-1', 'aws'],
  ['cn-north-1', 'aws-cn'],
  ['us-gov-west-1', 'aws-us-gov'],
  ['us-east-1', 'aws'],
])('the region %s is of the partition %s', (region, partition) => {
  expect(partitionOfRegion(region)).toBe(partition);
});
