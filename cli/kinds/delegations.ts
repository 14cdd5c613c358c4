import { askerAt } from '../asker.ts';
import { Failure } from '../failure.ts';
import { instantMs, member, text, texts } from '../json.ts';
import { type OnServer, placeOf } from '../place.ts';
import { say, sayJson } from '../print.ts';
import { failureOf } from '../server.ts';
import { personText } from '../shown/people.ts';
import { instantGiven, timeText } from '../shown/times.ts';
import { visibleLine } from '../shown/visible.ts';
import { callSignedIn } from '../sign-in.ts';
import { type Kind, idOfKind, readKind, removeOfKind, sayKind } from './kind.ts';

export interface DelegationOptions extends OnServer {
  readonly until?: string;
  readonly from?: string;
  readonly because?: string;
  readonly end?: string | true;
  readonly json?: boolean;
}

const DELEGATIONS: Kind = {
  ...{ name: 'delegations', one: 'delegation', id: 'id' },
  heading: ['DELEGATION', 'BY', 'TO', 'FROM', 'UNTIL', 'GROUPS'],
  row: (view, now) => [
    visibleLine(text(view, 'id') ?? '').slice(0, 12),
    ...[personText(member(view, 'by')), personText(member(view, 'to'))],
    ...['from', 'until'].map((name) => timeText(instantMs(view, name) ?? 0, now)),
    visibleLine(texts(view, 'groups').join(', ')),
  ],
};

/** Those that the caller gave or received; with `end`, what is left once it is ended. @throws Failure as the server refuses */
export const delegations = async (options: DelegationOptions): Promise<void> => {
  const place = await placeOf(options);
  const { end } = options;
  const body =
    end === undefined
      ? await readKind(place, DELEGATIONS)
      : await removeOfKind(
          ...([place, DELEGATIONS] as const),
          await idOfKind(place, DELEGATIONS, end === true ? undefined : end, askerAt(options)),
        );
  sayKind(place, DELEGATIONS, body, options);
};

/** Lets somebody else approve in the caller's place for a time. @throws Failure 2 without an end; as the server refuses */
export const delegate = async (to: string, options: DelegationOptions): Promise<void> => {
  const place = await placeOf(options);
  const [until, now] = [options.until ?? (await askerAt(options)?.ask('Until when, such as +7d')), place.now()];
  if (until === undefined) throw new Failure(2, 'say until when: --until');
  const ask = {
    ...{ to, until: instantGiven(until, now) },
    ...(options.from === undefined ? {} : { from: instantGiven(options.from, now) }),
    ...(options.because === undefined ? {} : { reason: options.because }),
  };
  const answer = await callSignedIn(place, 'POST', '/v1/delegations', { json: ask });
  if (answer.status !== 200) throw failureOf(place.server, answer);
  const made = member(answer.body, 'delegation');
  if (options.json) sayJson(answer.body);
  else
    say(
      `${personText(member(made, 'to'))} may approve in your place until ${timeText(instantMs(made, 'until') ?? 0, now)}`,
    );
};
