import type { Difference, DifferenceKind } from '../../lib/domain/reconciliation.ts';
import { Failure } from '../failure.ts';
import { counted, green, red, say, sayJson } from '../print.ts';
import type { Place } from '../sign-in.ts';
import { readTrail } from './cloudtrail.ts';
import { readRecord } from './record.ts';

const { reconcile } = await import('../../lib/domain/reconciliation.ts');
const { earliest, isBefore, plusSeconds } = await import('../../lib/domain/time.ts');

export interface ReconcileOptions {
  readonly cloudtrail: readonly string[];
  readonly record?: string;
  readonly role?: readonly string[];
  readonly json?: boolean;
}

/** CloudTrail delivers within a quarter of an hour or so, and promises nothing. */
const SETTLING_SECONDS = 2 * 3600;

const WORDS: Readonly<Record<DifferenceKind, string>> = {
  session_without_intent: 'a session that nobody decided about',
  intent_without_session: 'a session on record that CloudTrail does not have',
  intent_without_outcome: 'an intent of which nobody said what became of it',
  intent_with_two_sessions: 'two sessions of one intent',
  session_of_another_role: 'a session of another role than was decided',
  session_of_another_person: 'a session of another source identity than was decided',
};

/** @returns the exit code: 1 when something differs. @throws Failure 1, 2, 4 */
export const compare = async (place: Place, options: ReconcileOptions): Promise<0 | 1> => {
  const [trail, record] = [await readTrail(options.cloudtrail), await readRecord(place, options.record)];
  const now = place.now().toISOString();
  const to = earliest(trail.covers?.to ?? now, plusSeconds(now, -SETTLING_SECONDS));
  if (!trail.covers || isBefore(to, trail.covers.from))
    throw new Failure(2, 'CloudTrail’s records are all younger than two hours: what is missing may still come');
  const issues = record.flatMap((each) => each.issues);
  const roles = new Set([...record.map(({ reviewed }) => reviewed.roleArn), ...(options.role ?? [])]);
  const coverage = { from: trail.covers.from, to };
  const reconciled = reconcile(issues, trail.calls, { ...coverage, roles });
  if (options.json) sayJson({ ...coverage, ...reconciled });
  else {
    for (const difference of reconciled.differences) say(`${red('DIFFERS')} ${inWords(difference)}`);
    for (const { at, requestId, roleArn } of reconciled.foundOpen)
      say(`found   ${at} ${roleArn} of ${requestId}: its outcome was not known, and CloudTrail has its session`);
    const { intents, sessions } = reconciled.compared;
    const verdict = `${counted(reconciled.differences.length, 'difference')} between ${counted(intents, 'intent')} and ${counted(sessions, 'session')}`;
    say(
      `${reconciled.differences.length === 0 ? green('ok') : red('not as it should be')}: ${verdict}, ${coverage.from} to ${to}`,
    );
  }
  return reconciled.differences.length === 0 ? 0 : 1;
};

const inWords = ({ kind, at, roleArn, requestId, intent, call }: Difference): string =>
  [
    `${at} ${roleArn}: ${WORDS[kind]}`,
    ...(requestId === undefined ? [] : [`request ${requestId}`]),
    ...(intent === undefined ? [] : [`intent ${intent}`]),
    ...(call === undefined ? [] : [`CloudTrail event ${call}`]),
  ].join(', ');
