import type { Asker } from '../../cli/asker.ts';
import { checkAccount } from './check-account.ts';
import { noAnswer } from './check.ts';
import { type Caller, type Cloud, CloudError } from './cloud.ts';
import { type Finding, isStop, stops } from './finding.ts';
import type { StageOptions } from './options.ts';
import { type Place, readPlace } from './place.ts';

export interface Where {
  readonly place: Place;
  /** Absent where nobody has credentials. */
  readonly caller?: Caller;
  /** Faults of the stage's file, and what says that these credentials are not for this stage. */
  readonly inTheWay: readonly Finding[];
}

/** Which stage is meant, and whose credentials there are. Changes nothing. */
export const whoIsThere = async (
  options: StageOptions,
  { folder, cloud }: { readonly folder: string; readonly cloud: (region: string) => Cloud },
): Promise<Where> => {
  const { place, findings } = readPlace(folder, options);
  try {
    const caller = await cloud(place.region).caller();
    return { place, caller, inTheWay: [...findings, ...checkAccount(caller, place, undefined).filter(isStop)] };
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    return { place, inTheWay: [...findings, noAnswer(error)] };
  }
};

export const NOBODY_TO_ASK = stops(
  'terminal',
  'nobody is there to type the stage’s name',
  'run it at a terminal; no option answers instead',
);

/** Whether somebody typed the stage's name when they were asked to; where they did not, they are told that nothing was done. */
export const isTyped = async (
  { stage }: Place,
  why: string,
  { asker, say }: { readonly asker?: Pick<Asker, 'ask'> | undefined; readonly say: (line: string) => void },
): Promise<boolean> => {
  if ((await asker?.ask(`Type ${stage} ${why}`)) === stage) return true;
  say('left as it is');
  return false;
};
