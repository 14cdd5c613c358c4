import { inWords } from '../duration.ts';
import { readEntitlements } from '../entitlements.ts';
import { type OnServer, placeOf } from '../place.ts';
import { say, sayJson } from '../print.ts';
import { approvalText, needsOf } from '../shown/entitlement-words.ts';
import { heading } from '../shown/status.ts';
import { tableLines } from '../shown/table.ts';
import { cut, visibleLine } from '../shown/visible.ts';

const HEADING = ['ENTITLEMENT', 'TITLE', 'ACCOUNT', 'UP TO', 'GRANTED BY', 'NEEDS'];

/** What the caller may ask for. @throws Failure as the server refuses */
export const listEntitlements = async (options: OnServer & { readonly json?: boolean }): Promise<void> => {
  const entitlements = await readEntitlements(await placeOf(options));
  if (options.json) sayJson({ entitlements: entitlements.map(({ view }) => view) });
  else if (entitlements.length === 0) say('There is nothing that you may ask for.');
  else
    for (const line of tableLines([
      heading(HEADING),
      ...entitlements.map((each) => [
        ...[each.id, cut(visibleLine(each.title), 50), visibleLine(each.accountName), inWords(each.maxDurationSeconds)],
        ...[approvalText(each), needsOf(each).join(', ')],
      ]),
    ]))
      say(line);
};
