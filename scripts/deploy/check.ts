import type { CompiledAccess } from '../../lib/config/access.ts';
import { checkAccess } from './check-access.ts';
import { checkAccount } from './check-account.ts';
import { checkAddresses } from './check-addresses.ts';
import { checkConcurrency, checkQuota } from './check-concurrency.ts';
import { checkDomains } from './check-domains.ts';
import { checkMail } from './check-mail.ts';
import { checkPepper, pepperName } from './check-pepper.ts';
import { type RunningTypes, checkRollBack, runningTypes } from './check-roll-back.ts';
import { checkSecrets } from './check-secrets.ts';
import { checkStandby } from './check-standby.ts';
import { type Caller, type Cloud, CloudError } from './cloud.ts';
import { type Finding, stops } from './finding.ts';
import type { StageOptions } from './options.ts';
import { type Place, readPlace } from './place.ts';
import { referencedSecrets } from './referenced-secrets.ts';

export interface Checked extends Place {
  readonly findings: readonly Finding[];
  /** Absent where nobody has credentials. */
  readonly caller?: Caller;
  /** The name of the pepper's parameter; `make` when it is not there and may be made. */
  readonly pepper: { readonly name: string; readonly make: boolean };
}

export interface Check extends StageOptions {
  /** Of serverless.yml. */
  readonly folder: string;
  readonly accessFile: string;
  readonly cloud: (region: string) => Cloud;
  /** Asks the stage that runs. */
  readonly running?: RunningTypes | undefined;
}

/** All that stops a deployment, and all that is odd: everything is looked at, whatever was found before. Changes nothing. */
export const checkAll = async (check: Check): Promise<Checked> => {
  const { folder, accessFile, cloud, running = runningTypes } = check;
  const { place, findings: ofFile } = readPlace(folder, check);
  const { access, findings } = checkAccess(accessFile);
  const inAws = await lookInAws(cloud(place.region), place, access);
  return {
    ...place,
    ...inAws,
    findings: [
      ...ofFile,
      ...findings,
      ...checkAddresses(place, access),
      ...checkDomains(place),
      ...checkConcurrency(place),
      ...checkStandby(place),
      ...inAws.findings,
      ...(await checkRollBack(place.settings.origin, running)),
    ],
  };
};

const lookInAws = async (
  cloud: Cloud,
  place: Place,
  access: CompiledAccess | undefined,
): Promise<Pick<Checked, 'findings' | 'caller' | 'pepper'>> => {
  const name = pepperName(place.stage, place.settings);
  try {
    const caller = await cloud.caller();
    const pepper = await checkPepper(cloud, place.stage, name);
    const findings = [
      ...checkAccount(caller, place, access),
      ...pepper.findings,
      ...(await checkSecrets(cloud, access ? referencedSecrets(access, place.stage) : [])),
      ...(await checkMail(cloud, access)),
      ...(await checkQuota(cloud, place)),
    ];
    return { caller, findings, pepper: { name, make: pepper.mayBeMade } };
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    return { findings: [noAnswer(error)], pepper: { name, make: false } };
  }
};

/** What it is when AWS does not even say who asks. */
export const noAnswer = ({ kind, code }: CloudError): Finding =>
  kind === 'no_credentials'
    ? stops(
        'credentials',
        `there are none that AWS takes (${code}), so that nothing in the account was looked at`,
        'AWS_PROFILE=… or aws sso login, and run it again; aws sts get-caller-identity shows whose they are',
      )
    : stops('AWS', `did not say whose the credentials are (${code})`, 'is the network there, and the region right?');
