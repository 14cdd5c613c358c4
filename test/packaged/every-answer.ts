import * as z from 'zod';
import type { LocalStack } from '../../local/template.ts';
import type { Place } from '../policy/places.ts';
import { httpEvent } from '../support/events.ts';
import { type Ran, runAlone } from './run-alone.ts';

export interface Answer {
  readonly functionId: string;
  readonly routeKey: string;
  readonly signedIn: boolean;
  readonly status?: number;
  /** Of a problem document; of an OAuth error, its name. */
  readonly code?: string;
}

export interface Artifacts {
  readonly artifacts: Readonly<Record<string, Buffer>>;
  readonly stack: LocalStack;
  readonly place: Place;
}

/** What every function that has routes answers on each, to nobody and to somebody whose session nobody can look up. */
export const everyAnswer = async (
  all: Artifacts,
): Promise<{ readonly answers: readonly Answer[]; readonly asked: readonly string[] }> => {
  const asked = new Set<string>();
  const answers: Answer[] = [];
  for (const functionId of idsOf(all.stack, true)) {
    const calls = callsOf(all.stack, functionId);
    const ran = await run(all, functionId, calls.map(eventOf));
    ran.asked.forEach((host) => asked.add(host));
    answers.push(...calls.map((call, i) => ({ ...call, ...readAnswer(ran.outcomes[i]) })));
  }
  return { answers, asked: [...asked] };
};

/** What every other function makes of an event with nothing in it. */
export const everyOutcome = async (
  all: Artifacts,
): Promise<Readonly<Record<string, Ran['outcomes'][number] | undefined>>> => {
  const found: Record<string, Ran['outcomes'][number] | undefined> = {};
  for (const functionId of idsOf(all.stack, false))
    found[functionId] = (await run(all, functionId, [{ Records: [] }])).outcomes[0];
  return found;
};

const idsOf = ({ functions, routes }: LocalStack, routed: boolean): readonly string[] =>
  Object.keys(functions).filter((id) => routes.some(({ functionId }) => functionId === id) === routed);

const run = ({ artifacts, stack, place }: Artifacts, functionId: string, events: readonly unknown[]): Promise<Ran> => {
  const zip = artifacts[`${functionId.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())}.zip`];
  const resource = stack.functions[functionId];
  if (!zip || !resource) throw new Error(`nothing was packaged of ${functionId}`);
  return runAlone(zip, resource, { region: place.region, events });
};

type Called = Pick<Answer, 'functionId' | 'routeKey' | 'signedIn'>;

const callsOf = ({ routes }: LocalStack, id: string): readonly Called[] =>
  routes
    .filter(({ functionId }) => functionId === id)
    .flatMap((route) => [false, true].map((signedIn) => ({ ...route, signedIn })));

/** One of ours by its looks. */
const TOKEN = `p_${'A'.repeat(43)}.${'A'.repeat(43)}`;

const eventOf = ({ routeKey, signedIn }: Called): unknown => {
  const [method = 'GET', path = '/nowhere'] = routeKey === '$default' ? [] : routeKey.split(' ');
  return httpEvent({
    ...{ method, path: path.replaceAll(/\{\w+\}/g, 'r_A'), routeKey },
    ...(signedIn ? { headers: { authorization: `Bearer ${TOKEN}` } } : {}),
  });
};

const answerSchema = z.object({ result: z.object({ statusCode: z.number(), body: z.string().optional() }) });
const refusalSchema = z.union([
  z.object({ code: z.string() }).transform(({ code }) => code),
  z.object({ error: z.string() }).transform(({ error }) => error),
]);

const readAnswer = (outcome: unknown): Pick<Answer, 'status' | 'code'> => {
  const { data } = answerSchema.safeParse(outcome);
  if (!data) return {};
  const code = refusalSchema.safeParse(jsonOf(data.result.body)).data;
  return { status: data.result.statusCode, ...(code === undefined ? {} : { code }) };
};

/** Nothing where it is a page. */
const jsonOf = (body: string | undefined): unknown => (body?.startsWith('{') === true ? JSON.parse(body) : undefined);
