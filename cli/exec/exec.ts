import { type AskOptions, said } from '../asking/said.ts';
import { variablesOf } from '../credential-formats.ts';
import { processCredentials } from '../credentials.ts';
import { elevated } from '../elevation.ts';
import { type OnServer, placeOf } from '../place.ts';
import type { ProcessCredentials } from '../kept-credentials.ts';
import { note } from '../print.ts';
import type { Grant, Request } from '../requests.ts';
import type { Place } from '../sign-in.ts';
import { runChild } from './child.ts';
import { credentialsEndpoint } from './endpoint.ts';
import { hidingAwsFiles, withoutCredentials } from './environment.ts';

export interface ExecOptions extends OnServer, Pick<AskOptions, 'for' | 'because' | 'ticket' | 'breakGlass'> {
  readonly wait: boolean;
  readonly region?: string;
  readonly via?: 'environment' | 'endpoint';
  readonly json?: boolean;
}

/** The time within which an end is the same end: STS and the grant do not count from the same moment. */
const SAME_END_MS = 60_000;

/** Runs a command with the credentials of an entitlement. @returns its exit code @throws Failure as asking and issuing do */
export const exec = async (
  entitlementId: string,
  words: readonly [string, ...string[]],
  options: ExecOptions,
): Promise<number> => {
  const place = await placeOf(options);
  const { wait, json = false } = options;
  const request = await elevated(place, entitlementId, { wait, json, ...said(options, place.now()) });
  const credentials = await processCredentials(place, request.id);
  const env = {
    ...withoutCredentials(process.env),
    ...(options.region === undefined ? {} : { AWS_REGION: options.region, AWS_DEFAULT_REGION: options.region }),
    ...{ HATCHECK_ENTITLEMENT: entitlementId, HATCHECK_REQUEST: request.id, HATCHECK_SERVER: place.server },
  };
  const via = options.via ?? (endsEarly(credentials, request.grant) ? 'endpoint' : 'environment');
  return via === 'environment'
    ? runChild(words, { ...env, ...Object.fromEntries(variablesOf(credentials)) })
    : withEndpoint(place, request, words, env);
};

const endsEarly = ({ Expiration }: ProcessCredentials, { endsAtMs }: Grant): boolean =>
  Date.parse(Expiration) + SAME_END_MS < endsAtMs;

const withEndpoint = async (
  place: Place,
  { id }: Request,
  words: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv,
): Promise<number> => {
  const endpoint = await credentialsEndpoint(
    () => processCredentials(place, id),
    (why) => {
      note(`hatcheck: the credentials cannot be renewed: ${why}`);
    },
  );
  try {
    return await runChild(words, { ...(await hidingAwsFiles(env)), ...endpoint.variables });
  } finally {
    await endpoint.close();
  }
};
