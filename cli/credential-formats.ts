import type { ProcessCredentials } from './kept-credentials.ts';

type Variables = readonly (readonly [name: string, value: string])[];

/** What the AWS CLI and the SDKs read from the environment; the last one tells people and some tools. */
export const variablesOf = (credentials: ProcessCredentials): Variables => [
  ['AWS_ACCESS_KEY_ID', credentials.AccessKeyId],
  ['AWS_SECRET_ACCESS_KEY', credentials.SecretAccessKey],
  ['AWS_SESSION_TOKEN', credentials.SessionToken],
  ['AWS_CREDENTIAL_EXPIRATION', credentials.Expiration],
];

const lines = (credentials: ProcessCredentials, line: (name: string, value: string) => string): string =>
  variablesOf(credentials)
    .map(([name, value]) => `${line(name, value)}\n`)
    .join('');

/** Each is read by what its name says; in a shell's, a value is a word between single quotes, whatever is in it. */
export const CREDENTIAL_FORMATS = {
  process: (credentials: ProcessCredentials) => `${JSON.stringify(credentials)}\n`,
  env: (credentials: ProcessCredentials) =>
    lines(credentials, (name, value) => `export ${name}='${value.replaceAll("'", "'\\''")}'`),
  fish: (credentials: ProcessCredentials) =>
    lines(credentials, (name, value) => `set -gx ${name} '${value.replaceAll(/[\\']/g, '\\$&')}'`),
  powershell: (credentials: ProcessCredentials) =>
    lines(credentials, (name, value) => `$Env:${name} = '${value.replaceAll("'", "''")}'`),
  json: ({ AccessKeyId, SecretAccessKey, SessionToken, Expiration }: ProcessCredentials) =>
    `${JSON.stringify({ accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken, expiration: Expiration }, null, 2)}\n`,
} as const;

export type CredentialFormat = keyof typeof CREDENTIAL_FORMATS;
