import { isEventType } from '../../lib/domain/event-types.ts';
import { type Finding, warns } from './finding.ts';

/** The types of events that the stage which runs there may write, by its own OpenAPI document; none where nothing answers as Hatcheck does. */
export type RunningTypes = (origin: string) => Promise<readonly string[]>;

const ANSWER_MS = 5000;

export const runningTypes: RunningTypes = async (origin) => {
  try {
    const answer = await fetch(`${origin}/openapi.json`, { redirect: 'error', signal: AbortSignal.timeout(ANSWER_MS) });
    return typesIn(await answer.json());
  } catch {
    // A first deployment finds nobody there; whoever is away is no reason not to deploy.
    return [];
  }
};

/** Every list of types in it, wherever that stands. */
const typesIn = (value: unknown): readonly string[] => {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value) && value.includes('request.submitted'))
    return value.filter((each): each is string => typeof each === 'string');
  return Object.values(value).flatMap(typesIn);
};

/** Whether this version would meet events that it cannot read: it is older than the one that runs. */
export const checkRollBack = async (origin: string | undefined, running: RunningTypes): Promise<readonly Finding[]> => {
  if (origin === undefined) return [];
  const unknown = [...new Set(await running(origin))].filter((type) => !isEventType(type));
  if (unknown.length === 0) return [];
  return [
    warns(
      'roll back',
      `the version that runs may write ${unknown.join(', ')}, which this one does not know: where one was written, it answers 503`,
      'mend forward instead, unless none was written: docs/operations.md, "Upgrading and rolling back"',
    ),
  ];
};
