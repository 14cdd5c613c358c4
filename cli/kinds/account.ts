import { askerAt } from '../asker.ts';
import { instantMs, list, member, text } from '../json.ts';
import { type OnServer, placeOf } from '../place.ts';
import { say } from '../print.ts';
import { failureOf } from '../server.ts';
import { personText } from '../shown/people.ts';
import { timeText } from '../shown/times.ts';
import { visibleLine } from '../shown/visible.ts';
import { type Place, callSignedIn } from '../sign-in.ts';
import { type Kind, idOfKind, readKind, removeOfKind, sayKind } from './kind.ts';

export interface SessionOptions extends OnServer {
  readonly end?: string | true;
  readonly endOthers?: boolean;
  readonly json?: boolean;
}

export interface IdentityOptions extends OnServer {
  readonly unlink?: string | true;
  readonly json?: boolean;
}

const currentText = (view: unknown): string => (member(view, 'current') === true ? 'this one' : '');

const SESSIONS: Kind = {
  ...{ name: 'sessions', one: 'session', id: 'id' },
  heading: ['SESSION', 'BY', 'SINCE', 'LAST SEEN', 'UNTIL', ''],
  row: (view, now) => [
    visibleLine(text(view, 'id') ?? '').slice(0, 12),
    visibleLine(text(view, 'client') ?? text(view, 'method') ?? ''),
    ...['createdAt', 'lastSeenAt', 'expiresAt'].map((name) => timeText(instantMs(view, name) ?? 0, now)),
    currentText(view),
  ],
};

const IDENTITIES: Kind = {
  ...{ name: 'identities', one: 'identity', id: 'handle' },
  heading: ['IDENTITY', 'WHO', ''],
  row: (view) => [visibleLine(text(view, 'handle') ?? ''), personText(view), currentText(view)],
};

/** Where the caller is signed in; what is left, where one or all others are ended. @throws Failure as the server refuses */
export const sessions = async (options: SessionOptions): Promise<void> => {
  const place = await placeOf(options);
  sayKind(place, SESSIONS, await sessionsLeft(place, options), options);
};

const sessionsLeft = async (place: Place, options: SessionOptions): Promise<unknown> => {
  const { end, endOthers } = options;
  if (endOthers) {
    const answer = await callSignedIn(place, 'DELETE', '/v1/sessions');
    if (answer.status !== 200) throw failureOf(place.server, answer);
    return answer.body;
  }
  if (end === undefined) return readKind(place, SESSIONS);
  const id = await idOfKind(place, SESSIONS, end === true ? undefined : end, askerAt(options));
  return removeOfKind(place, SESSIONS, id);
};

/** Which identities and chat accounts are the caller's; what is left, where one is unlinked. @throws Failure as the server refuses */
export const identities = async (options: IdentityOptions): Promise<void> => {
  const place = await placeOf(options);
  const { unlink } = options;
  const body =
    unlink === undefined
      ? await readKind(place, IDENTITIES)
      : await removeOfKind(
          ...([place, IDENTITIES] as const),
          await idOfKind(place, IDENTITIES, unlink === true ? undefined : unlink, askerAt(options)),
        );
  sayKind(place, IDENTITIES, body, options);
  if (options.json) return;
  for (const each of list(body, 'chatAccounts'))
    say(
      visibleLine(`${text(each, 'platform') ?? ''}: ${text(each, 'user') ?? ''} of ${text(each, 'workspace') ?? ''}`),
    );
};
