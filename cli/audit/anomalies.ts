import * as z from 'zod/mini';
import type { RequestTrace } from '../../lib/broker/anomalies/in-record.ts';
import type { Anomaly, AnomalyKind } from '../../lib/domain/anomaly.ts';
import { Failure } from '../failure.ts';
import { parseJson } from '../json.ts';
import { counted, green, say, sayJson, yellow } from '../print.ts';
import { linesOf } from './lines.ts';

const { anomaliesIn, traceOf } = await import('../../lib/broker/anomalies/in-record.ts');

export interface AnomaliesOptions {
  readonly json?: boolean;
}

const instant = z.iso.datetime();

/** Of a line of an export, what is looked at. */
const lineSchema = z.object({
  request: z.object({ id: z.string().check(z.regex(/^r_[A-Z2-7]{26}$/)) }),
  events: z.array(
    z.object({
      type: z.string(),
      at: instant,
      eventId: z.string(),
      actor: z.object({ handle: z.string() }),
      data: z.object({
        entitlementId: z.exactOptional(z.string()),
        autoApproved: z.exactOptional(z.boolean()),
        extension: z.exactOptional(z.literal(true)),
        intent: z.exactOptional(z.string()),
      }),
    }),
  ),
});

const WORDS: Readonly<Record<AnomalyKind, string>> = {
  first_use: 'first use of',
  unusual_hours: 'at a time of day unlike all others of theirs:',
  many_refusals: 'refused again and again within a day, last at',
  same_approver: 'nearly always approved by the same one:',
  intent_without_outcome: 'a role session may be open that nobody holds:',
};

/** @returns the exit code: 1 when there is something to look at. @throws Failure 2 for a file that is no export */
export const showAnomalies = async (file: string, { json }: AnomaliesOptions, now = new Date()): Promise<0 | 1> => {
  const traces = await tracesIn(file, now.toISOString());
  const found = anomaliesIn(traces);
  if (json) sayJson({ requests: traces.length, anomalies: found });
  else {
    for (const anomaly of found) say(lineOf(anomaly));
    const total = counted(traces.length, 'request');
    say(found.length === 0 ? `${green('nothing unusual')} in ${total}` : `${found.length} to look at, in ${total}`);
  }
  return found.length === 0 ? 0 : 1;
};

const lineOf = ({ kind, person, at, about }: Anomaly): string =>
  `${at}  ${yellow(kind)}  ${person}  ${WORDS[kind]} ${about}`;

/** Of each request little is kept, so that a long record fits into memory. */
const tracesIn = async (file: string, now: string): Promise<readonly RequestTrace[]> => {
  const traces = new Map<string, RequestTrace>();
  let line = 0;
  for await (const content of linesOf(file)) {
    line += 1;
    const { success, data } = lineSchema.safeParse(parseJson(content));
    if (!success) throw new Failure(2, `${file}, line ${line}: this is not as \`hatcheck audit export\` writes it`);
    const trace = traceOf(data.request.id, data.events, now);
    if (trace) traces.set(data.request.id, trace);
  }
  if (traces.size === 0) throw new Failure(2, `${file} has no request in it`);
  return [...traces.values()];
};
