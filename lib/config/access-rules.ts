import * as z from 'zod';
import { CONSOLE_SERVICES, type ConsoleDestinations } from '../domain/console.ts';
import type { CompiledAccess } from './access.ts';
import { type ApproversSchema, compileApprovers } from './access-approvers.ts';
import type { AccessFault } from './access-fault.ts';
import type { Groups } from './access-groups.ts';
import { region } from './access-schema.ts';
import { duration, idText } from './access-words.ts';
import { present } from './present.ts';
import { checked } from './schema-fault.ts';
import type { YamlSource } from './yaml-source.ts';

/** How many requests a person may have open; each submission at the limit looks at as many streams. */
export const limits = z.strictObject({ openRequests: z.int().min(1).max(200).default(20) });

export const delegation = (groups: Groups) =>
  z.strictObject({ maxDuration: duration('1h', '30d').default(14 * 86_400), groups: groups.shape.groups.optional() });

/** One slash, then what no URL parser reads as a host or turns into one. */
const consolePath = z.string().regex(/^\/[A-Za-z0-9][!-[\]-~]{0,1000}$/, {
  error: 'must be a path on the console’s host, such as /cloudwatch/home#logsV2:logs-insights',
});

/** Where console sign-in URLs may lead besides, by a name of one's choice. */
const consoleRules = z.strictObject({
  destinations: z
    .record(
      idText,
      z.union([
        z.strictObject({ service: z.enum(CONSOLE_SERVICES), region: region.optional() }),
        z.strictObject({ path: consolePath }),
      ]),
    )
    .default({}),
});

/** How people are named, and who vouches for them by the id of the provider. */
interface Words {
  readonly groups: Groups;
  readonly approvers: ApproversSchema;
  readonly issuers: ReadonlyMap<string, string>;
}

/** What holds over all entitlements. Where something is wrong with it, that is among the faults, and what comes back is of no use. */
export const rulesOverAll = (
  source: YamlSource,
  { groups, approvers, issuers }: Words,
  faults: AccessFault[],
): Pick<CompiledAccess, 'limits' | 'delegation' | 'security' | 'revokers' | 'destinations'> => {
  const whereWritten = <T>(name: string, schema: z.ZodType<T>): T | undefined =>
    source.get([name]) === undefined ? undefined : checked(source, [name], schema, faults);
  const delegating = whereWritten('delegation', delegation(groups));
  const console = whereWritten('console', consoleRules);
  const revokers = whereWritten('revokers', approvers);
  return {
    ...(console && { destinations: destinationsOf(console) }),
    limits: whereWritten('limits', limits) ?? limits.parse({}),
    ...present({ security: whereWritten('security', groups) }),
    ...(revokers && { revokers: compileApprovers(revokers, issuers) }),
    ...(delegating && {
      delegation: { maxSeconds: delegating.maxDuration, ...present({ groups: delegating.groups }) },
    }),
  };
};

const destinationsOf = ({ destinations }: z.infer<typeof consoleRules>): ConsoleDestinations =>
  Object.fromEntries(
    Object.entries(destinations).map(([name, to]) => [
      name,
      'path' in to ? to : { service: to.service, ...present({ region: to.region }) },
    ]),
  );
