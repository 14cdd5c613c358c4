/**
 * Where in the console a sign-in URL may lead: a service's page, by name. What a caller says never becomes part of a URL, which would be an
 * open redirect.
 */
export const CONSOLE_DESTINATIONS = [
  'console',
  'cloudwatch',
  'dynamodb',
  'ec2',
  'ecs',
  'eks',
  'lambda',
  'rds',
  's3',
] as const;

export type ConsoleDestination = (typeof CONSOLE_DESTINATIONS)[number];
