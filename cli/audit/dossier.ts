import { bold, counted, red, say, sayJson } from '../print.ts';
import { timeText } from '../shown/times.ts';
import { quoted } from '../shown/visible.ts';
import type { Place } from '../sign-in.ts';
import { askAs } from './ask.ts';
import { readTrailRecords } from './cloudtrail.ts';
import { type DossierAnswer, dossierSchema } from './dossier-answer.ts';
import { headFacts, toldOf } from './dossier-words.ts';
import { type Used, usedIn } from './used.ts';

export interface DossierOptions {
  readonly cloudtrail?: readonly string[];
  readonly format: 'text' | 'json' | 'html';
}

/** @returns the exit code: 1 when something of it is not proved, or was done as somebody else. @throws Failure 1, 2, 3, 4 */
export const dossier = async (place: Place, id: string, { cloudtrail, format }: DossierOptions): Promise<0 | 1> => {
  const found = await askAs(place, dossierSchema, `/v1/audit/requests/${encodeURIComponent(id)}`);
  const used = cloudtrail ? usedIn(await readTrailRecords(cloudtrail), ofWhom(found)) : [];
  if (format === 'json') sayJson({ ...found, ...(cloudtrail ? { used } : {}) });
  else if (format === 'html') {
    const { dossierHtml } = await import('./dossier-html.ts');
    process.stdout.write(dossierHtml(found, used));
  } else inText(found, used, place.now());
  const isBad = found.coverage.unproved > 0 || used.some(({ otherIdentity }) => otherIdentity !== undefined);
  return isBad ? 1 : 0;
};

const ofWhom = ({ request, timeline }: DossierAnswer) => ({
  requestId: request.id,
  requester: request.requester.handle,
  accessKeyIds: timeline.flatMap(({ session }) => session?.accessKeyId ?? []),
});

const inText = (found: DossierAnswer, used: readonly Used[], now: Date): void => {
  for (const [name, value] of headFacts(found)) say(`${bold(name.padEnd(12))}${value}`);
  for (const { at, what, who, facts, words, proof, isBad } of toldOf(found, used)) {
    say('');
    say(`${bold(timeText(Date.parse(at), now))}  ${what}: ${who}`);
    for (const line of words === undefined ? [] : quoted(words)) say(`  ${line}`);
    for (const [name, value] of facts) say(`  ${name}: ${value}`);
    if (isBad) say(`  ${red(proof ?? 'done as another identity than the requester')}`);
    else if (proof !== undefined) say(`  ${proof}`);
  }
  if (used.length > 0) say(`\n${counted(used.length, 'call')} in CloudTrail`.trimStart());
};
