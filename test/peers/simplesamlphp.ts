import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certifiedKey } from '../support/certificate.ts';
import { type Peer, freePort, isInstalled, startPeer } from './process.ts';

/** Where Debian's package puts it, or where it was unpacked. */
const ROOT = process.env['HATCHECK_SIMPLESAMLPHP'] ?? '/usr/share/simplesamlphp';

/** What is not here, by name; undefined where everything is. */
export const missingForSimpleSaml = (): string | undefined => {
  if (!isInstalled('php')) return 'php (Debian: php8.2-cli, -xml, -mbstring, -curl, -sqlite3)';
  return existsSync(join(ROOT, 'www/saml2/idp/SSOService.php'))
    ? undefined
    : `${ROOT} (Debian: simplesamlphp; HATCHECK_SIMPLESAMLPHP names another place)`;
};

export interface SimpleSaml extends Peer {
  /** Its metadata as an administrator downloads it. */
  metadata(): Promise<string>;
  /** How it answers from now on: its own names for it, such as `saml20.sign.response`. */
  behave(options: Readonly<Record<string, unknown>>): Promise<void>;
}

const PERSISTENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';

/** An identity provider of its own configuration, with one person in it and us, by our own metadata, as its service provider. */
export const startSimpleSaml = async (us: {
  readonly metadata: string;
  readonly person: { readonly username: string; readonly password: string };
}): Promise<SimpleSaml> => {
  const folder = await mkdtemp(join(tmpdir(), 'hatcheck-simplesamlphp-'));
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const hosted = `${origin}/saml2/idp/metadata.php`;
  const hostedOptions = {
    ...{ host: '__DEFAULT__', privatekey: 'idp.pem', certificate: 'idp.crt', auth: 'people' },
    'signature.algorithm': 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    authproc: { 3: { class: 'saml:AttributeNameID', attribute: 'uid', Format: PERSISTENT } },
    NameIDFormat: PERSISTENT,
  };
  await writeConfiguration(folder, { origin, ...us });
  const behave: SimpleSaml['behave'] = (options) =>
    writePhp(folder, 'metadata/saml20-idp-hosted', 'metadata', { [hosted]: { ...hostedOptions, ...options } });
  await behave({});
  const peer = await startPeer('php', ['-S', `127.0.0.1:${port}`, '-t', join(ROOT, 'www')], {
    ...{ url: `${origin}/saml2/idp/metadata.php`, withinMs: 30_000 },
    env: { SIMPLESAMLPHP_CONFIG_DIR: folder, PHP_CLI_SERVER_WORKERS: '2' },
  });
  return {
    metadata: async () => (await fetch(hosted)).text(),
    behave,
    close: async () => {
      await peer.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const writeConfiguration = async (
  folder: string,
  { origin, metadata, person }: { origin: string; metadata: string; person: { username: string; password: string } },
): Promise<void> => {
  for (const each of ['metadata', 'cert', 'log', 'data', 'tmp']) await mkdir(join(folder, each));
  for (const name of ['idp', 'stranger']) await writeKey(join(folder, 'cert', name));
  await writeFile(join(folder, 'sp.xml'), metadata);
  await writePhp(folder, 'config', 'config', {
    ...{
      baseurlpath: `${origin}/`,
      certdir: `${folder}/cert/`,
      loggingdir: `${folder}/log/`,
      datadir: `${folder}/data/`,
    },
    ...{ tempdir: `${folder}/tmp`, metadatadir: `${folder}/metadata/`, timezone: 'UTC', showerrors: true },
    ...{ secretsalt: randomBytes(24).toString('hex'), 'auth.adminpassword': randomBytes(24).toString('hex') },
    ...{ 'logging.handler': 'file', 'logging.level': 4, 'enable.saml20-idp': true },
    ...{ 'module.enable': { exampleauth: true, core: true, saml: true }, 'session.cookie.secure': false },
    ...{ 'store.type': 'phpsession', 'session.phpsession.savepath': `${folder}/tmp`, 'language.available': ['en'] },
    ...{ 'session.cookie.samesite': null, 'language.default': 'en', 'theme.use': 'default' },
    'metadata.sources': [{ type: 'flatfile' }, { type: 'xml', file: `${folder}/sp.xml` }],
  });
  await writePhp(folder, 'authsources', 'config', {
    people: {
      0: 'exampleauth:UserPass',
      [`${person.username}:${person.password}`]: {
        ...{ uid: ['subject-of-erin'], groups: ['engineering', 'sre'] },
        ...{ mail: ['erin@example.com'], displayName: ['Erin Engineer'] },
      },
    },
  });
};

const writeKey = async (path: string): Promise<void> => {
  const { privateKey, certificate } = certifiedKey();
  await writeFile(`${path}.pem`, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const lines = certificate.replaceAll(/.{64}/g, '$&\n');
  await writeFile(`${path}.crt`, `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`);
};

/** A PHP file that sets a variable; its value stands beside it as JSON, so that nothing needs to be quoted. */
const writePhp = async (folder: string, name: string, variable: string, value: object): Promise<void> => {
  await writeFile(join(folder, `${name}.json`), JSON.stringify(value));
  await writeFile(
    join(folder, `${name}.php`),
    `<?php $${variable} = json_decode(file_get_contents(substr(__FILE__, 0, -3) . 'json'), true);\n`,
  );
};
