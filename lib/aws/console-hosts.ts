import type { ConsoleDestination } from '../domain/console.ts';

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

const PATHS: Readonly<Record<ConsoleDestination, string>> = {
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

/** The page of the console that a sign-in URL leads to; without a destination, the region's home. */
export const destinationUrl = (origin: string, region: string, destination: ConsoleDestination = 'console'): string => {
  const url = new URL(PATHS[destination], origin);
  url.searchParams.set('region', region);
  return url.href;
};
