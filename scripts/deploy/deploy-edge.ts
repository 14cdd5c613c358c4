import { EDGE_REGION } from './check-domains.ts';
import type { Place } from './place.ts';
import { type Run, serverless } from './serverless-command.ts';
import type { StageSettings } from './stage-file.ts';

/** What a stage's domains are to point at in DNS. */
export interface Targets {
  readonly domain: string | undefined;
  readonly issuerDomain: string | undefined;
}

const CONFIG = ['--config', 'serverless.edge.yml'];

/** The arguments of a command for the edge's own stack. It has to be told where the API answers to be described at all. */
export const edgeCommand = (command: readonly string[], stage: string, targets?: Targets): readonly string[] =>
  serverless(
    [
      ...command,
      ...CONFIG,
      `--param=target=${targets?.domain ?? 'none'}`,
      ...(targets?.issuerDomain === undefined ? [] : [`--param=issuerTarget=${targets.issuerDomain}`]),
    ],
    { stage, region: EDGE_REGION },
  );

/** By the outputs of the stage's own stack. */
export const targetsOfApi = async (place: Pick<Place, 'stage' | 'region'>, run: Run): Promise<Targets> =>
  targetsIn(await run(serverless(['info', '--verbose'], place), 'read'));

/** By those of the edge. */
export const targetsOfEdge = async (stage: string, targets: Targets, run: Run): Promise<Targets> =>
  targetsIn(await run(edgeCommand(['info', '--verbose'], stage, targets), 'read'));

const targetsIn = ({ stdout }: { readonly stdout: string }): Targets => {
  const output = (name: string) => new RegExp(`(?:^|\\s)${name}: ([a-z0-9.-]+)\\s*$`, 'm').exec(stdout)?.[1];
  return { domain: output('DomainTarget'), issuerDomain: output('IssuerDomainTarget') };
};

/** The records that somebody has to make, as lines; none where Route 53 was told to have them. */
export const recordsToMake = (settings: StageSettings, targets: Targets): readonly string[] => {
  if ((settings.edge ?? settings).hostedZone !== undefined) return [];
  const { domain, issuerDomain } = settings;
  const records = [
    [domain, targets.domain],
    [issuerDomain, targets.issuerDomain],
  ].flatMap(([name, target]) => (name === undefined || target === undefined ? [] : [`  ${name}.  CNAME  ${target}.`]));
  return records.length === 0 ? [] : ['\nThe records in DNS that people, machines and AWS find it by:', ...records];
};
