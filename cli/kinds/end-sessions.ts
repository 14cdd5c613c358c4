import { askerAt } from '../asker.ts';
import { Failure, unknownAnswer } from '../failure.ts';
import { member } from '../json.ts';
import { type OnServer, placeOf } from '../place.ts';
import { say, sayJson } from '../print.ts';
import { failureOf } from '../server.ts';
import { callSignedIn } from '../sign-in.ts';

export interface EndSessionsOptions extends OnServer {
  readonly person?: string;
  readonly because?: string;
  readonly json?: boolean;
}

/** Ends all sessions of somebody, who may sign in again. @throws Failure 2 unless it is said of whom and why; as the server refuses */
export const endSessions = async (options: EndSessionsOptions): Promise<void> => {
  const place = await placeOf(options);
  const asker = askerAt(options);
  const person = options.person ?? (await asker?.ask('Who'));
  if (person === undefined) throw new Failure(2, 'say whose sessions end: --person');
  const reason = options.because ?? (await asker?.ask('Why'));
  if (reason === undefined) throw new Failure(2, 'say why: --because');
  const path = `/v1/people/${encodeURIComponent(person)}/sessions`;
  const answer = await callSignedIn(place, 'DELETE', path, { json: { reason } });
  if (answer.status !== 200) throw failureOf(place.server, answer);
  const ended = member(answer.body, 'ended');
  if (typeof ended !== 'number') throw unknownAnswer(place.server);
  if (options.json) sayJson(answer.body);
  else say(`${ended} sign-ins ended; hatcheck hold --person keeps them from doing anything with another`);
};
