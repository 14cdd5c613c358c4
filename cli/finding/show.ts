import { askerAt } from '../asker.ts';
import { list } from '../json.ts';
import { type OnServer, placeOf } from '../place.ts';
import { bold, say, sayJson } from '../print.ts';
import { readRequestWhole } from '../requests.ts';
import { eventLines, evidenceLines, peopleOf, requestLines } from '../shown/request-facts.ts';
import { waitShown } from '../wait.ts';
import { requestMeant } from './which-request.ts';

export interface ShowOptions extends OnServer {
  readonly wait?: boolean;
  readonly json?: boolean;
}

/** One request, with its events. @throws Failure as the server refuses; 6 when its grant is waited for in vain */
export const showRequest = async (given: string | undefined, options: ShowOptions): Promise<void> => {
  const place = await placeOf(options);
  const sought = { given, among: ['requester', 'approver', 'auditor'] as const, asker: askerAt(options) };
  const meant = await requestMeant(place, sought);
  if (options.wait) await waitShown(place, meant);
  const { request, evidence, body } = await readRequestWhole(place, meant.id);
  if (options.json) {
    sayJson(body);
    return;
  }
  const now = place.now();
  for (const line of [...requestLines(request, now), ...evidenceLines(evidence)]) say(line);
  say(bold('events'));
  for (const line of eventLines(list(body, 'events'), peopleOf(request.view), now)) say(line);
};
