import { checkAccount } from './check-account.ts';
import { type Place, DEFAULT_REGION, noAnswer } from './check.ts';
import { type Caller, type Cloud, CloudError } from './cloud.ts';
import { type Finding, isStop, stops } from './finding.ts';
import type { StageOptions } from './options.ts';
import { readStageFile } from './stage-file.ts';

export interface Where {
  readonly place: Place;
  /** Absent where nobody has credentials. */
  readonly caller?: Caller;
  /** Faults of the stage's file, and what says that these credentials are not for this stage. */
  readonly inTheWay: readonly Finding[];
}

/** Which stage is meant, and whose credentials there are. Changes nothing. */
export const whoIsThere = async (
  { stage, region: said }: StageOptions,
  { folder, cloud }: { readonly folder: string; readonly cloud: (region: string) => Cloud },
): Promise<Where> => {
  const { settings, findings } = readStageFile(folder, stage);
  const place = { stage, region: said ?? settings.region ?? DEFAULT_REGION, settings };
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
