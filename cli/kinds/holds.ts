import { askerAt } from '../asker.ts';
import { Failure } from '../failure.ts';
import { instantMs, member, text } from '../json.ts';
import { type OnServer, placeOf } from '../place.ts';
import { say, sayJson } from '../print.ts';
import { failureOf } from '../server.ts';
import { personText } from '../shown/people.ts';
import { timeText } from '../shown/times.ts';
import { cut, visibleLine } from '../shown/visible.ts';
import { callSignedIn } from '../sign-in.ts';
import { type Kind, idOfKind, readKind, removeOfKind, sayKind } from './kind.ts';

export interface HoldOptions extends OnServer {
  readonly person?: string;
  readonly entitlement?: string;
  readonly account?: string;
  readonly all?: boolean;
  readonly because?: string;
  readonly json?: boolean;
}

const onText = (view: unknown): string => {
  const what = text(view, 'handle') ?? text(view, 'entitlementId') ?? text(view, 'accountId');
  return visibleLine([text(view, 'on') ?? '', ...(what === undefined ? [] : [what])].join(' '));
};

const HOLDS: Kind = {
  ...{ name: 'holds', one: 'hold', id: 'id' },
  heading: ['HOLD', 'ON', 'BY', 'SINCE', 'BECAUSE'],
  row: (view, now) => [
    ...([visibleLine(text(view, 'id') ?? ''), onText(view), personText(member(view, 'by'))] as const),
    timeText(instantMs(view, 'at') ?? 0, now),
    cut(visibleLine(text(view, 'reason') ?? ''), 60),
  ],
};

/** Those in force, for the security team and auditors. @throws Failure as the server refuses */
export const listHolds = async (options: HoldOptions): Promise<void> => {
  const place = await placeOf(options);
  sayKind(place, HOLDS, await readKind(place, HOLDS), options);
};

/** Nothing that it covers is asked for, approved or issued from now on. @throws Failure 2 unless it is on one thing; as the server refuses */
export const placeHold = async (options: HoldOptions): Promise<void> => {
  const place = await placeOf(options);
  const target = targetOf(options);
  const reason = options.because ?? (await askerAt(options)?.ask('Why'));
  if (reason === undefined) throw new Failure(2, 'say why: --because');
  const answer = await callSignedIn(place, 'POST', '/v1/holds', { json: { ...target, reason } });
  if (answer.status !== 200) throw failureOf(place.server, answer);
  const hold = member(answer.body, 'hold');
  if (options.json) sayJson(answer.body);
  else say(`${visibleLine(text(hold, 'id') ?? '')} holds ${onText(hold)}; hatcheck lift lifts it`);
};

const targetOf = ({ person, entitlement, account, all }: HoldOptions): object => {
  const [target, ...others] = [
    ...(person === undefined ? [] : [{ on: 'person', handle: person }]),
    ...(entitlement === undefined ? [] : [{ on: 'entitlement', entitlementId: entitlement }]),
    ...(account === undefined ? [] : [{ on: 'account', accountId: account }]),
    ...(all ? [{ on: 'all' }] : []),
  ];
  if (!target || others.length > 0)
    throw new Failure(2, 'say what is held: one of --person, --entitlement, --account, --all');
  return target;
};

/** @throws Failure as the server refuses */
export const liftHold = async (given: string | undefined, options: HoldOptions): Promise<void> => {
  const place = await placeOf(options);
  const id = await idOfKind(place, HOLDS, given, askerAt(options));
  const said = options.because === undefined ? undefined : { reason: options.because };
  sayKind(place, HOLDS, await removeOfKind(place, HOLDS, id, said), options);
};
