import type { Ask } from '../ask.ts';
import { unknownAnswer } from '../failure.ts';
import { list, member, text } from '../json.ts';
import { green, red, say, sayJson, yellow } from '../print.ts';
import { failureOf } from '../server.ts';
import { visibleLine } from '../shown/visible.ts';
import { tableLines } from '../shown/table.ts';
import { type Place, callSignedIn } from '../sign-in.ts';

const OUTCOMES = new Map([
  ['satisfied', { text: 'yes', paint: green }],
  ['notSatisfied', { text: 'no', paint: red }],
  ['notEvaluated', { text: '?', paint: yellow }],
]);

/** Whether it would be asked for in vain, rule by rule; nothing is written. @returns the exit code: 1 if it would */
export const tryAsk = async (
  place: Place,
  ask: Ask,
  { json = false }: { readonly json?: boolean },
): Promise<number> => {
  const answer = await callSignedIn(place, 'POST', '/v1/requests?dryRun=true', { json: ask });
  if (answer.status !== 200) throw failureOf(place.server, answer);
  const decision = member(answer.body, 'decision');
  const isAllowed = member(decision, 'allowed');
  if (typeof isAllowed !== 'boolean') throw unknownAnswer(place.server);
  if (json) sayJson({ decision });
  else {
    const rules = list(decision, 'rules').map((rule) => [
      OUTCOMES.get(text(rule, 'outcome') ?? '') ?? '?',
      visibleLine(text(rule, 'rule') ?? ''),
      visibleLine(text(rule, 'detail') ?? ''),
    ]);
    for (const line of tableLines(rules)) say(line);
    say(isAllowed ? 'It would be asked for; nothing was.' : 'It would be refused; nothing was asked for.');
  }
  return isAllowed ? 0 : 1;
};
