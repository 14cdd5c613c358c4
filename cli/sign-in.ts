import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { signInName } from './config-folder.ts';
import { Failure, notSignedIn, unknownAnswer } from './failure.ts';
import { instantMs, member, text } from './json.ts';
import { type AwsAudience, awsKeys, awsProof } from './aws-proof.ts';
import type { Consent } from './loopback.ts';
import type { PrivateFiles } from './private-files.ts';
import { type Answer, type Method, type Sent, call, failureOf, withToken } from './server.ts';

/** One sign-in at one server, as it is kept. */
export interface SignIn {
  readonly accessToken: string;
  /** ISO 8601. */
  readonly expiresAt: string;
  readonly handle: string;
  /** Where newer ID tokens are found; absent when it came from stdin. */
  readonly tokenFile?: string;
  /** SHA-256 of the ID token that was exchanged: the same one is not taken twice. Absent after a sign-in in the browser. */
  readonly exchanged?: string;
  /** As what an IAM role proved itself; it does so again when this is over. */
  readonly aws?: AwsAudience;
  /** Good once; after a sign-in in the browser. */
  readonly refreshToken?: string;
}

export interface Place {
  readonly server: string;
  readonly files: PrivateFiles;
  readonly now: () => Date;
}

/** A token that ends within these is as good as ended: the call has to arrive, too. */
const MARGIN_MS = 10_000;

export const storedSignIn = async ({ server, files }: Place): Promise<SignIn | undefined> => {
  const stored = await files.read(signInName(server));
  const [accessToken, handle] = [text(stored, 'accessToken'), text(stored, 'handle')];
  const ms = instantMs(stored, 'expiresAt');
  if (accessToken === undefined || handle === undefined || ms === undefined) return undefined;
  const [tokenFile, exchanged, refreshToken] = ['tokenFile', 'exchanged', 'refreshToken'].map((name) =>
    text(stored, name),
  );
  return {
    ...{ accessToken, expiresAt: new Date(ms).toISOString(), handle },
    ...(tokenFile !== undefined && { tokenFile }),
    ...(exchanged !== undefined && { exchanged }),
    ...(refreshToken !== undefined && { refreshToken }),
    ...awsIn(stored),
  };
};

const awsIn = (stored: unknown): Pick<SignIn, 'aws'> => {
  const aws = member(stored, 'aws');
  const [region, audience] = [text(aws, 'region'), text(aws, 'audience')];
  return region === undefined || audience === undefined ? {} : { aws: { region, audience } };
};

/** `-` is stdin. @throws Failure 2 when there is no token. */
export const readIdToken = async (file: string): Promise<string> => {
  const content = await (file === '-' ? readAll(process.stdin) : readFile(file, 'utf8')).catch((cause: unknown) => {
    throw new Failure(2, `the token file ${file} cannot be read`, { cause });
  });
  const idToken = content.trim();
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(idToken) || idToken.length > 32_768)
    throw new Failure(2, `${file === '-' ? 'stdin' : file} does not hold an ID token`);
  return idToken;
};

/**
 * Exchanges an ID token for an access token (RFC 8693) and keeps that.
 * @throws Failure 1 when the server does not take it.
 */
export const exchange = (place: Place, idToken: string, tokenFile: string | undefined): Promise<Kept> =>
  takeTokens(
    place,
    {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      subject_token: idToken,
    },
    { exchanged: digest(idToken), ...(tokenFile === undefined ? {} : { tokenFile }) },
  );

/** Proves that we are an IAM role's session, and keeps what that gives. @throws Failure 1 when the server does not take it; 2 where there is no role. */
export const proveRole = async (place: Place, aws: AwsAudience): Promise<Kept> => {
  const proof = awsProof({
    ...{ ...aws, keys: await awsKeys(process.env), now: place.now() },
    stsEndpoint: process.env['AWS_ENDPOINT_URL_STS'],
  });
  return takeTokens(
    place,
    {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token_type: 'urn:hatcheck:params:oauth:token-type:aws-caller-identity',
      subject_token: proof,
    },
    { aws },
  );
};

/** Redeems what the person consented to in the browser, and keeps that. @throws Failure 1 when the server does not take it. */
export const redeem = (place: Place, { code, redirectUri, codeVerifier }: Consent): Promise<Kept> =>
  takeTokens(
    place,
    { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: codeVerifier },
    {},
  );

/** What was kept of a sign-in, and whose it is. */
export interface Kept {
  readonly signIn: SignIn;
  readonly principal: unknown;
}

const takeTokens = async (
  place: Place,
  form: Readonly<Record<string, string>>,
  more: Pick<SignIn, 'tokenFile' | 'exchanged' | 'aws'>,
): Promise<Kept> => {
  const answer = await askForTokens(place.server, form);
  if (answer.status !== 200) throw failureOf(place.server, answer);
  return keepTokens(place, answer, more);
};

/** @throws Failure 4 when there is no answer. */
export const askForTokens = (server: string, form: Readonly<Record<string, string>>): Promise<Answer> =>
  call(server, '/oauth/token', {
    method: 'POST',
    body: new URLSearchParams({ ...form, client_id: 'hatcheck-cli' }),
  });

/** Keeps the tokens of such an answer, of a new sign-in, under who it is. @throws Failure 4 when it has none */
export const keepTokens = async (
  place: Place,
  answer: Answer,
  more: Pick<SignIn, 'tokenFile' | 'exchanged' | 'aws'>,
): Promise<Kept> => {
  const tokens = tokensIn(place, answer);
  const principal = await me(place.server, tokens.accessToken);
  const handle = text(principal, 'handle');
  if (handle === undefined) throw unknownAnswer(place.server);
  return { signIn: await keep(place, { ...tokens, handle, ...more }), principal };
};

const tokensIn = (
  { server, now }: Place,
  { body }: Answer,
): Pick<SignIn, 'accessToken' | 'expiresAt' | 'refreshToken'> => {
  const accessToken = text(body, 'access_token');
  const refreshToken = text(body, 'refresh_token');
  const seconds = member(body, 'expires_in');
  if (accessToken === undefined || typeof seconds !== 'number') throw unknownAnswer(server);
  const expiresAt = new Date(now().getTime() + seconds * 1000).toISOString();
  return { accessToken, expiresAt, ...(refreshToken !== undefined && { refreshToken }) };
};

const keep = async ({ server, files }: Place, signIn: SignIn): Promise<SignIn> => {
  await files.write(signInName(server), signIn);
  return signIn;
};

const digest = (idToken: string): string => createHash('sha256').update(idToken).digest('hex');

const me = async (server: string, accessToken: string): Promise<unknown> => {
  const answer = await call(server, '/v1/me', withToken('GET', accessToken));
  if (answer.status !== 200) throw failureOf(server, answer);
  return member(answer.body, 'principal');
};

/** The sign-in, renewed when it is over and its token file has a newer ID token. @throws Failure 3 otherwise. */
export const currentSignIn = async (place: Place): Promise<SignIn> => {
  const stored = await storedSignIn(place);
  if (!stored) throw notSignedIn(place.server);
  return isOver(stored, place) ? renew(place, stored) : stored;
};

const isOver = ({ expiresAt }: SignIn, { now }: Place): boolean => Date.parse(expiresAt) - now().getTime() < MARGIN_MS;

const renew = (place: Place, old: SignIn): Promise<SignIn> =>
  old.refreshToken === undefined
    ? exchangeAgain(place, old)
    : place.files.whileLocked(signInName(place.server), () => refresh(place, old));

/** Whoever comes second finds what the first got. */
const refresh = async (place: Place, old: SignIn): Promise<SignIn> => {
  const stored = await storedSignIn(place);
  if (!stored) throw notSignedIn(place.server);
  if (stored.accessToken !== old.accessToken && !isOver(stored, place)) return stored;
  const { refreshToken = '', handle } = stored;
  const answer = await askForTokens(place.server, { grant_type: 'refresh_token', refresh_token: refreshToken });
  // Kept before anything else is done, who it is being known: the old one shown again would end the sign-in everywhere.
  if (answer.status === 200) return keep(place, { ...tokensIn(place, answer), handle });
  const failure = failureOf(place.server, answer);
  throw failure.exitCode === 1 ? notSignedIn(place.server, 'the sign-in is over', { cause: failure }) : failure;
};

const exchangeAgain = async (place: Place, old: SignIn): Promise<SignIn> => {
  if (old.aws !== undefined) return (await proveRole(place, old.aws)).signIn;
  if (old.tokenFile === undefined) throw notSignedIn(place.server, 'the sign-in is over');
  const idToken = await readIdToken(old.tokenFile).catch((cause: unknown) => {
    throw notSignedIn(place.server, 'the sign-in is over', { cause });
  });
  if (digest(idToken) === old.exchanged)
    throw notSignedIn(place.server, `the sign-in is over and ${old.tokenFile} has no newer token`);
  try {
    return (await exchange(place, idToken, old.tokenFile)).signIn;
  } catch (error) {
    if (!(error instanceof Failure) || error.exitCode !== 1) throw error;
    const other = await renewedByAnother(place, idToken);
    if (!other) throw notSignedIn(place.server, `the token in ${old.tokenFile} was not accepted`);
    return other;
  }
};

/** An ID token is taken once: when several commands start at the same time, one of them exchanges it for all. */
const renewedByAnother = async (place: Place, idToken: string): Promise<SignIn | undefined> => {
  for (const delayMs of [0, 100, 200, 400, 800]) {
    await wait(delayMs);
    const stored = await storedSignIn(place);
    if (stored?.exchanged === digest(idToken)) return stored;
  }
  return undefined;
};

/** Calls with the sign-in, and once more with a renewed one if the server has ended it. */
export const callSignedIn = async (
  place: Place,
  method: Method,
  path: string,
  sent: Sent = {},
): Promise<Answer & { by: SignIn }> => {
  const by = await currentSignIn(place);
  const answer = await call(place.server, path, withToken(method, by.accessToken, sent));
  if (answer.status !== 401) return { ...answer, by };
  const renewed = await renew(place, by);
  return { ...(await call(place.server, path, withToken(method, renewed.accessToken, sent))), by: renewed };
};
