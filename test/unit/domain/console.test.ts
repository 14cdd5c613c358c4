import { describe, expect, test } from '@jest/globals';
import {
  CONSOLE_SERVICES,
  type ConsoleDestination,
  destinationNamed,
  destinationNames,
  inRegion,
} from '../../../lib/domain/console.ts';
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

describe('the names of destinations', () => {
  test('are the services', () => {
    expect(destinationNames()).toEqual(CONSOLE_SERVICES);
  });

  test('are those of access.yml behind them, in order, and none twice', () => {
    const ours = { queue: { path: '/sqs' }, s3: { path: '/s3/buckets/ours' }, logs: { path: '/cloudwatch' } };
    expect(destinationNames(ours)).toEqual([...CONSOLE_SERVICES, 'logs', 'queue']);
  });
});

describe('in another region', () => {
  test.each<[string, ConsoleDestination | undefined, ConsoleDestination | undefined]>([
    ['a service is the same service there', { service: 's3' }, { service: 's3', region: 'eu-west-1' }],
    [
      'a service that has a region is there all the same',
      { service: 'ec2', region: 'us-east-1' },
      { service: 'ec2', region: 'eu-west-1' },
    ],
    ['no destination is the console’s home there', undefined, { service: 'console', region: 'eu-west-1' }],
    ['a page of its own path is none', { path: '/s3/buckets/ours' }, undefined],
  ])('%s', (_what, destination, there) => {
    expect(inRegion(destination, 'eu-west-1')).toEqual(there);
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
