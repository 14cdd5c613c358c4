import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Asker } from '../../cli/asker.ts';
import { makePepper } from './check-pepper.ts';
import { checkTemplate } from './check-template.ts';
import { type Check, type Checked, checkAll } from './check.ts';
import { edgeCommand, recordsToMake, targetsOfApi, targetsOfEdge } from './deploy-edge.ts';
import { findingLines, isStop } from './finding.ts';
import { nextSteps } from './next-steps.ts';
import type { DeployOptions } from './options.ts';
import { type Run, serverless } from './serverless-command.ts';
import { type Answering, whatAnswers } from './what-answers.ts';

export interface DeployParts extends Pick<Check, 'folder' | 'cloud' | 'running'> {
  readonly run: Run;
  /** Absent where nobody can be asked. */
  readonly asker?: Pick<Asker, 'confirm'> | undefined;
  /** Shows one line. */
  readonly say: (line: string) => void;
  readonly whatAnswers?: (asked: Answering) => Promise<readonly string[]>;
}

/** 0 done, 1 failed on the way, 2 not begun. */
export type ExitCode = 0 | 1 | 2;

/** Checks, and unless only that was asked for builds, packages, deploys and looks at what answers. */
export const deploy = async (options: DeployOptions, parts: DeployParts): Promise<ExitCode> => {
  const { folder, cloud, running, say } = parts;
  const accessFile = resolve(folder, options.access ?? 'access.yml');
  const checked = await checkAll({ folder, cloud, running, accessFile, stage: options.stage, region: options.region });
  const { stage, region, caller, findings } = checked;
  for (const line of findingLines(findings)) say(line);
  say(`${stage} in ${region}, account ${caller?.account ?? 'unknown'}: ${countOf(checked)}`);
  if (options.check) return findings.some(isStop) ? 2 : 0;
  if (!(await nothingInTheWay(checked, options, parts))) return 2;
  if (!(await handedOver(checked, accessFile, parts)) || !(await reachable(checked, parts))) return 1;
  return afterwards(checked, options, parts);
};

const countOf = ({ findings }: Checked): string => {
  if (findings.length === 0) return 'nothing is missing';
  const stopping = findings.filter(isStop).length;
  return `${stopping === 0 ? 'nothing stops it' : `${stopping} stop it`}, ${findings.length - stopping} to think about`;
};

/** The pepper is the one thing that is made here; whatever else stops it is somebody’s to mend. */
const nothingInTheWay = async (
  { findings, pepper, region }: Checked,
  { yes }: DeployOptions,
  { cloud, asker, say }: DeployParts,
): Promise<boolean> => {
  const left = findings.filter((one) => isStop(one) && !(pepper.make && one.about === 'pepper'));
  if (left.length > 0) return false;
  const sure = async (question: string, unasked: boolean): Promise<boolean> =>
    yes || (asker ? asker.confirm(question) : unasked);
  if (pepper.make) {
    if (!(await sure(`Make ${pepper.name} now, once and for ever?`, false))) return false;
    await makePepper(cloud(region), pepper.name);
    say(
      `made ${pepper.name}: 32 random bytes. Whoever loses it loses who everybody was: Parameter Store keeps it, and nobody need see it`,
    );
  }
  return findings.every(isStop) || sure('Deploy even so?', true);
};

/** Built, packaged and deployed, each shown as it goes. */
const handedOver = async (place: Checked, accessFile: string, parts: DeployParts): Promise<boolean> =>
  (await step('build', ['scripts/build.ts', '--access', accessFile], parts)) &&
  (await step('package', serverless(['package'], place), parts)) &&
  isTaken(parts) &&
  step('deploy', serverless(['deploy', '--package', '.serverless'], place), parts);

const step = async (name: string, args: readonly string[], { run, say }: DeployParts): Promise<boolean> => {
  say(`\n${name}`);
  const { code } = await run(args, 'show');
  if (code === 0) return true;
  say(`\n${name} ended with ${code}: ${AFTER_FAILING[name] ?? 'nothing was deployed'}`);
  return false;
};

const AFTER_FAILING: Readonly<Record<string, string>> = {
  deploy: 'CloudFormation goes back to what was there before',
  edge: 'the rest is deployed, behind the edge that was there before; without one nobody reaches it',
};

/** Puts the edge in front where the stage has one, and shows what DNS is to say. */
const reachable = async (place: Checked, parts: DeployParts): Promise<boolean> => {
  const { stage, settings } = place;
  if (settings.domain === undefined && settings.issuerDomain === undefined) return true;
  let targets = await targetsOfApi(place, parts.run);
  if (settings.edge) {
    if (targets.domain === undefined) {
      parts.say('\ndeployed, and `serverless info --verbose` shows no DomainTarget for the edge to lead to');
      return false;
    }
    if (!(await step('edge', edgeCommand(['deploy'], stage, targets), parts))) return false;
    targets = await targetsOfEdge(stage, targets, parts.run);
  }
  for (const line of recordsToMake(settings, targets)) parts.say(line);
  return true;
};

/** Whether AWS takes a template of this size. */
const isTaken = ({ folder, say }: DeployParts): boolean => {
  const findings = checkTemplate(
    readFileSync(join(folder, '.serverless/cloudformation-template-update-stack.json'), 'utf8'),
  );
  for (const line of findingLines(findings)) say(line);
  return findings.length === 0;
};

const afterwards = async (place: Checked, { access }: DeployOptions, parts: DeployParts): Promise<ExitCode> => {
  const { say } = parts;
  const { settings, stage } = place;
  const origin = settings.origin ?? (await addressOfTheApi(place, parts.run));
  if (origin === undefined) {
    say('\ndeployed; where it answers, `npx serverless info` says');
    return 1;
  }
  const answering = { origin, issuer: settings.issuer ?? origin };
  const wrong = await (parts.whatAnswers ?? whatAnswers)(answering);
  for (const line of wrong) say(`wrong  ${line}`);
  if (wrong.length > 0) {
    say(
      `deployed, and not all of it answers: does DNS lead from the domain of stages/${stage}.yml to it (docs/operations.md, "A domain of one's own")? Then run it again`,
    );
    return 1;
  }
  say(`\n${origin} answers as it should.\n`);
  // Accounts let in both: by the name of the one that was deployed first, whose stacks they have.
  const stages = settings.standbyOf ? { stage: settings.standbyOf.stage, standby: stage } : { stage };
  for (const line of nextSteps({ ...answering, ...stages, account: place.caller?.account ?? '', access })) say(line);
  return 0;
};

/** `serverless info` shows the address of each route. */
const addressOfTheApi = async (place: Checked, run: Run): Promise<string | undefined> => {
  const { stdout } = await run(serverless(['info'], place), 'read');
  return /https:\/\/[a-z0-9]+\.execute-api\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?/.exec(stdout)?.[0];
};
