import type { KeyObject } from 'node:crypto';
import type * as z from 'zod/mini';
import { Failure } from '../failure.ts';
import { counted, green, red, say, sayJson } from '../print.ts';
import type { Place } from '../sign-in.ts';
import { askAs } from './ask.ts';
import { sayBad } from './bad-words.ts';
import { keysIn } from './trusted.ts';
import { verdictSchema } from './verdict-answer.ts';

const { CheckpointError, verifyCheckpoint } = await import('../../lib/broker/log/checkpoint.ts');

export interface OnlineOptions {
  readonly stream?: string;
  /** `A..B`, `A..` or `A`. */
  readonly checkpoints?: string;
  readonly key?: readonly string[];
  readonly json?: boolean;
}

type Verdict = z.infer<typeof verdictSchema>;

/** @returns the exit code: 1 when something is not as it was written. @throws Failure 1, 2, 3, 4 */
export const verifyOnline = async (place: Place, options: OnlineOptions): Promise<0 | 1> => {
  const { from, ...query } = queryOf(options);
  const keys = await keysIn(options.key ?? []);
  let checked = { events: 0, checkpoints: 0 };
  let waiting = 0;
  let last: Verdict | undefined;
  for (let next: number | undefined = from; next !== undefined;) {
    const answer: Verdict = await askAs(
      place,
      verdictSchema,
      `/v1/audit/verify?${new URLSearchParams({ ...query, from: String(next) })}`,
    );
    checkSignature(answer, keys, place.server);
    const { events, checkpoints } = answer.checked;
    checked = {
      events: checked.events + events,
      checkpoints: options.stream === undefined ? checked.checkpoints + checkpoints : checkpoints,
    };
    waiting += answer.waiting ?? 0;
    last = {
      ...answer,
      ...((answer.checkpoint ?? last?.checkpoint) ? { checkpoint: answer.checkpoint ?? last?.checkpoint } : {}),
    };
    next = answer.ok ? answer.next : undefined;
  }
  const { firstBad, checkpoint } = last ?? {};
  if (options.json)
    sayJson({
      ok: !firstBad,
      checked,
      waiting,
      ...(firstBad ? { firstBad } : {}),
      ...(checkpoint ? { checkpoint } : {}),
    });
  else {
    if (firstBad) sayBad(firstBad);
    const counts = `${counted(checked.events, 'event')}, ${counted(checked.checkpoints, 'checkpoint')}`;
    say(
      firstBad ? `all is well with ${counts} before it` : `${green('ok')}: ${counts}: each event is what was written`,
    );
    if (waiting > 0)
      say(`${counted(waiting, 'event')} of them no checkpoint covers yet: only the chain speaks for these`);
    sayCheckpoint(checkpoint, keys.length > 0);
  }
  return firstBad ? 1 : 0;
};

const queryOf = ({
  stream,
  checkpoints,
}: OnlineOptions): { readonly from: number; readonly stream?: string; readonly to?: string } => {
  if (stream !== undefined && checkpoints !== undefined)
    throw new Failure(2, 'say --stream or --checkpoints, not both');
  if (stream !== undefined) return { from: 0, stream };
  if (checkpoints === undefined) throw new Failure(2, 'say which: the path of an export, --stream or --checkpoints');
  const [, from, to] = /^(\d{1,9})(?:\.\.(\d{1,9})?)?$/.exec(checkpoints) ?? [];
  if (from === undefined) throw new Failure(2, '--checkpoints is a range such as 0..12, 0.. or 7');
  const end = checkpoints.includes('..') ? to : from;
  return { from: Number(from), ...(end === undefined ? {} : { to: end }) };
};

/** By a key that the reader has from elsewhere: the server's own word for it proves nothing. @throws Failure 1 */
const checkSignature = ({ checkpoint }: Verdict, keys: readonly KeyObject[], server: string): void => {
  if (!checkpoint || keys.length === 0) return;
  try {
    const { size } = verifyCheckpoint(checkpoint, keys);
    if (size === checkpoint.size) return;
  } catch (cause) {
    if (!(cause instanceof CheckpointError)) throw cause;
    const why = cause.fault === 'key' ? 'by another key than the one given' : 'and its signature is none';
    throw new Failure(1, `${server} shows checkpoint ${checkpoint.seq}, ${why}`, { cause });
  }
  throw new Failure(1, `${server} says otherwise of checkpoint ${checkpoint.seq} than what was signed`);
};

const sayCheckpoint = (checkpoint: Verdict['checkpoint'], isChecked: boolean): void => {
  if (!checkpoint) {
    say(`${red('no checkpoint')} covers it: nothing but the ledger itself speaks for it`);
    return;
  }
  const { seq, at, kid } = checkpoint;
  say(`checkpoint ${seq} of ${at}, by key ${kid}${isChecked ? ', whose signature was checked here' : ''}`);
  if (!isChecked)
    say('its signature was checked by the server alone; with --key it is checked here, by the key that you trust');
};
