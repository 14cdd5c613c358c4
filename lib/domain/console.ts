/** Pages of the console that a sign-in URL may lead to, by the service's name. */
export const CONSOLE_SERVICES = [
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

export type ConsoleService = (typeof CONSOLE_SERVICES)[number];

/**
 * Where in the console a sign-in URL leads: chosen by name from a list of ours and of access.yml's. What a caller says never becomes part of a
 * URL, which would be an open redirect.
 */
export type ConsoleDestination =
  /** In the account's own region unless there is another. */
  | { readonly service: ConsoleService; readonly region?: string }
  /** Of the partition's console host; begins with one slash. */
  | { readonly path: string };

export type ConsoleDestinations = Readonly<Record<string, ConsoleDestination>>;

/** All names that stand for something: the services first, then those of access.yml that are not called like one. */
export const destinationNames = (destinations: ConsoleDestinations = {}): readonly string[] => [
  ...new Set([...CONSOLE_SERVICES, ...Object.keys(destinations).toSorted()]),
];

/** Undefined for a name that stands for nothing. */
export const destinationNamed = (
  name: string,
  destinations: ConsoleDestinations = {},
): ConsoleDestination | undefined => {
  if (Object.hasOwn(destinations, name)) return destinations[name];
  const service = CONSOLE_SERVICES.find((each) => each === name);
  return service && { service };
};

/**
 * The destination in another region than it says, or the console's home there. Undefined for a page of its own path, which says no region that
 * could be another. A region of another partition is the account's own in the end.
 */
export const inRegion = (
  destination: ConsoleDestination | undefined,
  region: string,
): ConsoleDestination | undefined =>
  destination && 'path' in destination ? undefined : { service: destination?.service ?? 'console', region };
