import * as z from 'zod';
import type { CompiledAccess } from './access.ts';
import type { AccessFault } from './access-fault.ts';
import type { Groups } from './access-groups.ts';
import { duration } from './access-words.ts';
import { present } from './present.ts';
import { checked } from './schema-fault.ts';
import type { YamlSource } from './yaml-source.ts';

/** How many requests a person may have open; each submission at the limit looks at as many streams. */
export const limits = z.strictObject({ openRequests: z.int().min(1).max(200).default(20) });

export const delegation = (groups: Groups) =>
  z.strictObject({ maxDuration: duration('1h', '30d').default(14 * 86_400), groups: groups.shape.groups.optional() });

/** What holds over all entitlements. Where something is wrong with it, that is among the faults, and what comes back is of no use. */
export const rulesOverAll = (
  source: YamlSource,
  groups: Groups,
  faults: AccessFault[],
): Pick<CompiledAccess, 'limits' | 'delegation' | 'security'> => {
  const whereWritten = <T>(name: string, schema: z.ZodType<T>): T | undefined =>
    source.get([name]) === undefined ? undefined : checked(source, [name], schema, faults);
  const delegating = whereWritten('delegation', delegation(groups));
  return {
    limits: whereWritten('limits', limits) ?? limits.parse({}),
    ...present({ security: whereWritten('security', groups) }),
    ...(delegating && {
      delegation: { maxSeconds: delegating.maxDuration, ...present({ groups: delegating.groups }) },
    }),
  };
};
