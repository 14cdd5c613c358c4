import type { Asker } from '../../cli/asker.ts';
import { Failure } from '../../cli/failure.ts';
import { HatcheckError } from '../../lib/domain/errors.ts';
import { type Place, readPlace } from '../deploy/place.ts';
import type { Cloud } from '../deploy/cloud.ts';
import { type Finding, findingLines, stops } from '../deploy/finding.ts';
import { NOBODY_TO_ASK, isTyped, whoIsThere } from '../deploy/who-is-there.ts';
import type { FailoverOptions } from './options.ts';
import { afterwards, planOf } from './plan.ts';
import type { Stacks } from './stacks.ts';

/** The ledger's copy where it is to be written. */
export interface StandbyLedger {
  /** What was signed last of what this copy has; undefined where nothing was. */
  lastSigned(): Promise<{ readonly at: string } | undefined>;
  hold(reason: string): Promise<'placed' | 'there'>;
}

export interface FailoverParts {
  /** Of serverless.yml. */
  readonly folder: string;
  readonly cloud: (region: string) => Cloud;
  readonly stacks: (place: Place) => Stacks;
  /** By the tables' names, which are those of the stage that made them. */
  readonly ledger: (place: Place, tables: string) => StandbyLedger;
  /** Names of the stage's roles. */
  readonly roles: (stage: string) => readonly string[];
  /** Absent where nobody can be asked. */
  readonly asker?: Pick<Asker, 'ask'> | undefined;
  readonly say: (line: string) => void;
}

const REASON = 'another region writes since a fail-over, and what was done about that time is to be looked at';

/** 0 it writes there, 1 stopped on the way and nobody writes, 2 nothing was done. */
export const failover = async (options: FailoverOptions, parts: FailoverParts): Promise<0 | 1 | 2> => {
  const { asker, say } = parts;
  const from = readPlace(parts.folder, { stage: options.stage });
  // Whose credentials they are only the region that is left can say.
  const to = await whoIsThere({ stage: options.to }, parts);
  const all = [
    ...from.findings,
    ...to.inTheWay,
    ...apart(from.place, to.place),
    ...(asker || options.dryRun ? [] : [NOBODY_TO_ASK]),
  ];
  for (const line of findingLines(all)) say(line);
  if (!to.caller || all.length > 0) return 2;
  for (const line of planOf(from.place, to.place, to.caller)) say(line);
  if (options.dryRun) return 0;
  const sure = await isTyped(to.place, `to let it write instead of ${from.place.stage}`, parts);
  return sure ? handOver(from.place, to.place, parts) : 2;
};

const isStandbyOf = (standby: Place, home: Place): boolean =>
  standby.settings.standbyOf?.stage === home.stage && home.settings.standby?.region === standby.region;

const apart = (from: Place, to: Place): readonly Finding[] =>
  isStandbyOf(to, from) || isStandbyOf(from, to)
    ? []
    : [
        stops(
          'standby',
          `neither of ${from.stage} and ${to.stage} is the standby of the other`,
          `standby: in the file of the one, standbyOf: in that of the other, before their first deployments`,
        ),
      ];

const handOver = async (from: Place, to: Place, parts: FailoverParts): Promise<0 | 1> => {
  const { stacks, roles, say } = parts;
  try {
    say(`\n1 fence ${from.stage}`);
    const old = stacks(from);
    for (const role of roles(from.stage)) await old.fence(role);
    say((await answers(() => old.writes(from.stage, false))) ? `${from.stage} is shut` : awayLine(from));
    say(`\n2 hold`);
    const ledger = parts.ledger(to, to.settings.standbyOf?.stage ?? to.stage);
    say(`its copy was last signed ${(await ledger.lastSigned())?.at ?? 'never'}`);
    say((await ledger.hold(REASON)) === 'placed' ? 'everything is held' : 'everything was held already');
    say(`\n3 open ${to.stage}`);
    const next = stacks(to);
    for (const role of roles(to.stage)) await next.unfence(role);
    await next.writes(to.stage, true);
    for (const line of afterwards(from, to)) say(line);
    return 0;
  } catch (error) {
    if (!(error instanceof Failure || error instanceof HatcheckError)) throw error;
    say(`\n${error.message}`);
    say(
      'it stopped there: whoever was fenced stays fenced, and running it again goes on. docs/operations.md, "A standby"',
    );
    return 1;
  }
};

const awayLine = ({ stage, region }: Place): string =>
  `${region} does not answer: its roles may not write, and without two regions its copy of the ledger takes nothing. Run this again when it is back, to shut ${stage}`;

/** What botocore calls whoever could not be reached, or did not answer in time. */
const SILENCE = /endpoint URL/;

/** NB. only silence is passed over: whoever says no, or fails at it, must not be taken for gone. */
const answers = async (ask: () => Promise<void>): Promise<boolean> => {
  try {
    await ask();
    return true;
  } catch (error) {
    if (error instanceof Failure && SILENCE.test(error.message)) return false;
    throw error;
  }
};
