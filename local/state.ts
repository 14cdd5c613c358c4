import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { selfSignedCertificate } from './idp/certificate.ts';
import { type OidcKey, generateOidcKeys } from './idp/keys.ts';
import type { SamlKey } from './idp/saml-response.ts';

/** A private key with its certificate, as JSON can hold it. */
interface StoredKey {
  /** PEM. */
  readonly privateKey: string;
  /** Base64 DER. */
  readonly certificate: string;
}

/** What has to be the same after a restart, so that sessions, credentials and handles stay good. Made on the machine, for it alone. */
export interface LocalState {
  readonly pepper: string;
  readonly oidcClientSecret: string;
  readonly oidcKeys: readonly OidcKey[];
  /** What the SAML identity provider signs with. */
  readonly samlKey: StoredKey;
  /** What the broker signs its requests to it with, and what assertions for the broker are encrypted for. */
  readonly samlSigningKey: StoredKey;
  readonly samlDecryptionKey: StoredKey;
  /** base64url, of the local AWS's session tokens. */
  readonly awsSigningKey: string;
  /** What the local Slack signs with, and what it knows us by. */
  readonly slackSigningSecret: string;
  readonly slackBotToken: string;
  /** What the local Teams knows us by; it signs with a key that it makes at each start. */
  readonly teamsAppPassword: string;
}

const storedKey = z.object({ privateKey: z.string(), certificate: z.string() });

/** Of another version: what that one did not have yet is made now. */
const stateSchema = z
  .object({
    pepper: z.string().min(32),
    oidcClientSecret: z.string().min(32),
    oidcKeys: z.array(z.looseObject({ kid: z.string(), alg: z.enum(['RS256', 'ES256']), kty: z.string() })),
    samlKey: storedKey,
    samlSigningKey: storedKey,
    samlDecryptionKey: storedKey,
    awsSigningKey: z.string().min(32),
    slackSigningSecret: z.string().min(32),
    slackBotToken: z.string().min(32),
    teamsAppPassword: z.string().min(32),
  })
  .partial();

/** The state in `folder`, made new where there is none. Readable by its owner only. */
export const openState = async (folder: string, { fresh = false } = {}): Promise<LocalState> => {
  if (fresh) await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'state.json');
  const before = await readFile(file, 'utf8').catch(() => undefined);
  const known = before === undefined ? {} : stateSchema.parse(JSON.parse(before));
  const state: LocalState = {
    pepper: known.pepper ?? secret(),
    oidcClientSecret: known.oidcClientSecret ?? secret(),
    oidcKeys: known.oidcKeys ?? (await generateOidcKeys()),
    samlKey: known.samlKey ?? newKey('local-saml'),
    samlSigningKey: known.samlSigningKey ?? newKey('hatcheck signs'),
    samlDecryptionKey: known.samlDecryptionKey ?? newKey('hatcheck decrypts'),
    awsSigningKey: known.awsSigningKey ?? secret(),
    slackSigningSecret: known.slackSigningSecret ?? secret(),
    slackBotToken: known.slackBotToken ?? secret(),
    teamsAppPassword: known.teamsAppPassword ?? secret(),
  };
  await writeFile(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
  await rename(`${file}.new`, file);
  return state;
};

const secret = (): string => randomBytes(32).toString('base64url');

const newKey = (commonName: string): StoredKey => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: selfSignedCertificate(privateKey, commonName, new Date()),
  };
};

export const samlKeyOf = ({ privateKey, certificate }: StoredKey): SamlKey => ({
  privateKey: createPrivateKey(privateKey),
  certificate,
});

/** What the references in local/access.yml and the functions' environment stand for. */
export const secretsOf = (state: LocalState): Readonly<Record<string, string>> => ({
  LOCAL_PEPPER: state.pepper,
  LOCAL_OIDC_SECRET: state.oidcClientSecret,
  LOCAL_SAML_SIGNING_KEY: pemOf(state.samlSigningKey),
  LOCAL_SAML_DECRYPTION_KEY: pemOf(state.samlDecryptionKey),
});

const pemOf = ({ privateKey, certificate }: StoredKey): string =>
  `${privateKey}-----BEGIN CERTIFICATE-----\n${certificate}\n-----END CERTIFICATE-----\n`;
