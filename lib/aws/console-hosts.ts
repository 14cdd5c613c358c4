import type { ConsoleDestination, ConsoleService } from '../domain/console.ts';
import { partitionOfRegion } from '../domain/partition.ts';

interface Hosts {
  /** Where a sign-in token is made and used. */
  readonly federation: string;
  /** The only origin that a sign-in URL may lead to. */
  readonly console: string;
}

/** By partition (IAM User Guide, custom identity broker access to the console). */
const HOSTS: ReadonlyMap<string, Hosts> = new Map([
  ['aws', { federation: 'https://signin.aws.amazon.com/federation', console: 'https://console.aws.amazon.com' }],
  [
    'aws-us-gov',
    {
      federation: 'https://signin.amazonaws-us-gov.com/federation',
      console: 'https://console.amazonaws-us-gov.com',
    },
  ],
  ['aws-cn', { federation: 'https://signin.amazonaws.cn/federation', console: 'https://console.amazonaws.cn' }],
]);

/** @throws TypeError for a partition that is none: access.yml names it, and was checked. */
export const hostsOf = (partition: string): Hosts => {
  const hosts = HOSTS.get(partition);
  if (!hosts) throw new TypeError(`${partition} is no partition`);
  return hosts;
};

const PATHS: Readonly<Record<ConsoleService, string>> = {
  console: '/console/home',
  cloudwatch: '/cloudwatch/home',
  dynamodb: '/dynamodbv2/home',
  ec2: '/ec2/home',
  ecs: '/ecs/v2/home',
  eks: '/eks/home',
  lambda: '/lambda/home',
  rds: '/rds/home',
  s3: '/s3/home',
};

/**
 * The page of the console that a sign-in URL leads to; without a destination, the region's home. A region of another partition is none here:
 * the account's own is meant then.
 * @throws TypeError for a path that leads elsewhere: access.yml names it, and was checked
 */
export const destinationUrl = (
  origin: string,
  region: string,
  destination: ConsoleDestination = { service: 'console' },
): string => {
  if ('path' in destination) return onOrigin(new URL(destination.path, origin), origin).href;
  const { service, region: wanted = region } = destination;
  const url = onOrigin(new URL(PATHS[service], origin), origin);
  url.searchParams.set('region', partitionOfRegion(wanted) === partitionOfRegion(region) ? wanted : region);
  return url.href;
};

const onOrigin = (url: URL, origin: string): URL => {
  if (url.origin !== origin) throw new TypeError('a destination that is not on the console');
  return url;
};

/** Ends whatever console session the browser has, and goes on: the console takes no second one beside it. */
export const afterLogout = (federation: string, loginUrl: string): string => {
  const url = new URL('/oauth', federation);
  url.search = new URLSearchParams({ Action: 'logout', redirect_uri: loginUrl }).toString();
  return url.href;
};
