import * as z from 'zod/mini';
import type { Bad } from '../../lib/broker/first-bad.ts';
import { Failure } from '../failure.ts';
import { count, instantMs, parseJson, text } from '../json.ts';
import { liveLine } from '../live-line.ts';
import { counted, green, red, say, sayJson } from '../print.ts';
import { linesOf } from './lines.ts';

const { firstBad } = await import('../../lib/broker/first-bad.ts');

interface VerifyOptions {
  readonly json?: boolean;
}

/** Of a line of an export, what is gone by here. Its events are left as they are: a copy may lose what their hashes are over. */
const lineSchema = z.object({
  request: z.object({ id: z.string().check(z.regex(/^r_[A-Z2-7]{26}$/)), seq: z.int() }),
  events: z.array(z.unknown()),
});

type Exported = z.infer<typeof lineSchema>;

export interface FirstBad extends Bad {
  readonly line: number;
  readonly stream: string;
}

export interface Verdict {
  readonly requests: number;
  readonly events: number;
  /** Absent where every chain holds; what stands behind it was not looked at. */
  readonly firstBad?: FirstBad;
}

const WORDS: Readonly<Record<Bad['what'], string>> = {
  altered: 'altered: it is not what its hash says, or does not continue the event before it',
  dropped: 'dropped: the event that belongs here is missing',
  reordered: 'reordered: the event that belongs here stands elsewhere',
  added: 'added: what stands here is no part of the stream, or stands twice',
};

/** @returns the exit code: 1 when something is not as it was written. @throws Failure 2 for a file that is no export */
export const verify = async (file: string, { json }: VerifyOptions): Promise<0 | 1> => {
  const verdict = await verdictOn(file);
  const { requests, events, firstBad: bad } = verdict;
  const counts = `${counted(requests, 'request')}, ${counted(events, 'event')}`;
  if (json) sayJson({ ok: bad === undefined, ...verdict });
  else if (bad) {
    say(`${red('not as it was written')}: line ${bad.line}, ${bad.stream}, seq ${bad.seq}: ${WORDS[bad.what]}`);
    say(`before it: ${counts}`);
  } else say(`${green('ok')}: ${counts}: every chain holds (--help says what that does not show)`);
  return bad === undefined ? 0 : 1;
};

/**
 * Reads the file once, a line at a time, up to the first bad place; of what it read it keeps the requests' ids.
 * @throws Failure 2 for a file that is no export
 */
export const verdictOn = async (file: string): Promise<Verdict> => {
  const seen = new Set<string>();
  const progress = liveLine();
  let [line, events] = [0, 0];
  const read = (share: number | undefined): void => {
    progress.show(`${share === undefined ? '' : `${Math.floor(share * 100)} %, `}${counted(events, 'event')}`);
  };
  try {
    for await (const content of linesOf(file, read)) {
      line += 1;
      const exported = exportedOf(content, `${file}, line ${line}`);
      const { id } = exported.request;
      const bad = seen.has(id) ? { stream: `request#${id}`, seq: 0, what: 'added' as const } : badOf(exported);
      if (bad) return { requests: seen.size, events, firstBad: { line, ...bad } };
      seen.add(id);
      events += exported.events.length;
    }
  } finally {
    progress.clear();
  }
  if (seen.size === 0) throw new Failure(2, `${file} has no request in it`);
  return { requests: seen.size, events };
};

/** NB. a member that stands twice reads one way here and another elsewhere; in what `JSON.stringify` wrote, none does. */
const exportedOf = (content: string, where: string): Exported => {
  const parsed = parseJson(content);
  const { success, data } = lineSchema.safeParse(parsed);
  if (!success || JSON.stringify(parsed) !== content)
    throw new Failure(2, `${where}: this is not as \`hatcheck audit export\` writes it`);
  return data;
};

const badOf = ({ request: { id, seq }, events }: Exported): Omit<FirstBad, 'line'> | undefined => {
  const [lifecycle, refusals] = [`request#${id}`, `refusals#${id}`];
  const isRefusal = (event: unknown): boolean => text(event, 'stream') === refusals;
  const own = events.filter((event) => !isRefusal(event));
  const bad = firstBad(lifecycle, own) ?? badTail(own.length, seq);
  if (bad) return { stream: lifecycle, ...bad };
  const badRefusal = firstBad(refusals, events.filter(isRefusal));
  return badRefusal ? { stream: refusals, ...badRefusal } : badOrder(events);
};

/** What the server said beside the events; under no hash, so that it catches only who did not think of it. */
const badTail = (length: number, lastSeq: number): Bad | undefined => {
  if (length === lastSeq + 1) return undefined;
  return length <= lastSeq ? { seq: length, what: 'dropped' } : { seq: lastSeq + 1, what: 'added' };
};

/** The server puts both streams in one order, by time. */
const badOrder = (events: readonly unknown[]): Omit<FirstBad, 'line'> | undefined => {
  const at = (event: unknown): number => instantMs(event, 'at') ?? 0;
  const found = events.find((event, index) => index > 0 && at(event) < at(events[index - 1]));
  if (found === undefined) return undefined;
  return { stream: text(found, 'stream') ?? '', seq: count(found, 'seq') ?? 0, what: 'reordered' };
};
