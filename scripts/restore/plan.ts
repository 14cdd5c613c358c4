import { pepperName } from '../deploy/check-pepper.ts';
import type { Place } from '../deploy/place.ts';
import type { Caller } from '../deploy/cloud.ts';
import type { DeployedFunction } from './functions-of.ts';
import type { RestoreOptions } from './options.ts';
import { exportBucketOf } from './store.ts';

/** What would be done, in order, as lines. */
export const planOf = (
  options: RestoreOptions,
  place: Place,
  caller: Caller,
  functions: readonly DeployedFunction[],
): readonly string[] => {
  const { stage, region, settings } = place;
  const names = functions.map(({ name }) => name.slice(`hatcheck-${stage}-`.length));
  return [
    `${stage} in ${region}, account ${caller.account}`,
    '',
    `1 shut     ${[...names].reverse().join(', ')}: none of them runs, nobody signs in, asks or gets anything`,
    `2 export   s3://${exportBucketOf(place, caller)} to ${options.export}: when nothing is written to it any more`,
    `3 verify   all of it, by ${options.key.join(', ')}, and against the log of the ledger as far as that goes`,
    `4 put back events into hatcheck-${stage}-ledger where nothing is, ${options.since === undefined ? 'from the beginning' : `of ${options.since} and later`}; the log and the checkpoints as they were signed`,
    '5 hold     on everything, in the ledger itself',
    `6 open     on-sequence, which makes its places anew; ${names.filter((name) => name !== 'on-sequence').join(', ')}`,
    '',
    `It needs ${pepperName(stage, settings)} and the secrets of access.yml as they were: they are in no table.`,
  ];
};

export const AFTERWARDS: readonly string[] = [
  '',
  'It is open, and everything is held. Before you lift that:',
  '  hatcheck audit verify, hatcheck holds, hatcheck audit search: what was revoked and held in the last days is',
  '  hatcheck audit reconcile --cloudtrail FILES: what was opened in the minutes that no export covers; look at each session',
  '  where the identities are older too: end all sessions, forget again who was forgotten since',
  'then: hatcheck lift',
];
