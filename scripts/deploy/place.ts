import type { Finding } from './finding.ts';
import type { StageOptions } from './options.ts';
import { type StageSettings, readStageFile } from './stage-file.ts';

export interface Place {
  readonly stage: string;
  readonly region: string;
  readonly settings: StageSettings;
}

/** What serverless.yml takes where neither the command nor the stage says. */
const DEFAULT_REGION = 'eu-west-1';

/** The stage as the command and its file have it, and the faults of that file. */
export const readPlace = (
  folder: string,
  { stage, region }: StageOptions,
): { readonly place: Place; readonly findings: readonly Finding[] } => {
  const { settings, findings } = readStageFile(folder, stage);
  return { place: { stage, region: region ?? settings.region ?? DEFAULT_REGION, settings }, findings };
};

/** Whether people depend on it, by its name. */
export const isProduction = (stage: string): boolean => stage.startsWith('prod');
