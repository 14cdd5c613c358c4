import { type Ask, entitlementNamed, submit } from '../ask.ts';
import { type Asker, askerAt } from '../asker.ts';
import { inWords } from '../duration.ts';
import { type Entitlement, readEntitlements } from '../entitlements.ts';
import { Failure } from '../failure.ts';
import { type OnServer, placeOf } from '../place.ts';
import { say, sayJson } from '../print.ts';
import type { Request } from '../requests.ts';
import { approvalText } from '../shown/entitlement-words.ts';
import { timeText } from '../shown/times.ts';
import { visibleLine } from '../shown/visible.ts';
import type { Place } from '../sign-in.ts';
import { waitShown, whatIsAwaited } from '../wait.ts';
import { completeAsk } from './complete.ts';
import { tryAsk } from './dry-run.ts';
import { type AskOptions, said } from './said.ts';

export interface RequestOptions extends OnServer, AskOptions {
  readonly dryRun?: boolean;
  readonly wait?: boolean;
  readonly json?: boolean;
}

/** Asks for an entitlement. @returns the exit code @throws Failure as the server refuses; 6 when it is waited for in vain */
export const request = async (named: string | undefined, options: RequestOptions): Promise<number> => {
  const place = await placeOf(options);
  const given = said(options, place.now());
  const asker = askerAt(options);
  const entitlement = named === undefined ? await chosen(place, asker) : await entitlementNamed(place, named);
  const ask = await completeAsk(entitlement, given, asker);
  if (options.dryRun) return tryAsk(place, ask, options);
  const asked = await submit(place, ask);
  if (!options.json) say(outcomeOf(asked, ask, place.now()));
  const isWaited = options.wait && asked.grant?.state !== 'active';
  const now = isWaited ? await waitShown(place, asked) : asked;
  if (options.json) sayJson({ request: now.view });
  else if (isWaited) say(outcomeOf(now, ask, place.now()));
  return 0;
};

const chosen = async (place: Place, asker: Asker | undefined): Promise<Entitlement> => {
  if (!asker) throw new Failure(2, 'say which entitlement', { next: 'hatcheck list shows what you may ask for' });
  const entitlements = await readEntitlements(place);
  if (entitlements.length === 0)
    throw new Failure(1, 'there is nothing that you may ask for', {
      code: 'not_eligible',
      next: 'hatcheck whoami shows your groups',
    });
  return asker.choose(
    'Which entitlement?',
    entitlements.map((each) => ({
      value: each,
      name: each.id,
      more: [
        visibleLine(each.title),
        visibleLine(each.accountName),
        `up to ${inWords(each.maxDurationSeconds)}`,
        approvalText(each),
      ],
    })),
  );
};

const outcomeOf = (request: Request, { entitlementId }: Ask, now: Date): string => {
  const { id, grant } = request;
  return grant?.state === 'active'
    ? `${id} is granted until ${timeText(grant.endsAtMs, now)}; hatcheck exec ${entitlementId} -- COMMAND uses it`
    : whatIsAwaited(request, now);
};
