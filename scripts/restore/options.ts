import { parseArgs } from 'node:util';
import { type StageOptions, UsageError, parsed, placeOf } from '../deploy/options.ts';

export const RESTORE_HELP = `npm run restore -- --stage prod --key noted.pem

After the ledger's table came back from a backup: shuts everything, brings the export down and verifies it, puts back what the ledger has not, places a
hold on everything, and opens again. Whatever is done already is passed over: run it again after anything that stopped it.

  --stage NAME            which one
  --region NAME           where; else region: of stages/NAME.yml, else eu-west-1
  --key FILE              the public key of checkpoints, as it was noted elsewhere; may be said twice
  --checkpoint SIZE:ROOT  what was noted of an earlier verification; may be said twice
  --export FOLDER         where the export is brought down to; else export-NAME
  --since DAY             nothing of before that day (YYYY-MM-DD) can be missing in the ledger; all of the export is verified even so
  --dry-run               only say what would be done

AWS credentials are those that the AWS CLI takes, and it has to be installed. docs/operations.md, "After a restore", has the rest.

Exit codes: 0 it is open again, 1 something stopped it and everything stays shut, 2 nothing was done.
`;

export interface RestoreOptions extends StageOptions {
  readonly key: readonly string[];
  readonly checkpoint: readonly string[];
  readonly export: string;
  readonly since?: string | undefined;
  readonly dryRun: boolean;
}

const OPTIONS = {
  stage: { type: 'string' },
  region: { type: 'string' },
  key: { type: 'string', multiple: true },
  checkpoint: { type: 'string', multiple: true },
  export: { type: 'string' },
  since: { type: 'string' },
  'dry-run': { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

/** Undefined: help was asked for. @throws UsageError */
export const restoreOptions = (args: readonly string[]): RestoreOptions | undefined => {
  const { values } = parsed(() => parseArgs({ args: [...args], options: OPTIONS }));
  if (values.help) return undefined;
  const place = placeOf(values);
  const { key = [], checkpoint = [], since } = values;
  if (key.length === 0)
    throw new UsageError('--key is missing: the public key of checkpoints, as it was noted elsewhere');
  if (since !== undefined && !/^\d{4}-\d\d-\d\d$/.test(since))
    throw new UsageError('--since must be a day, YYYY-MM-DD');
  const folder = values.export ?? `export-${place.stage}`;
  return { ...place, key, checkpoint, since, export: folder, dryRun: values['dry-run'] ?? false };
};
