import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Peer, freePort, isInstalled, startPeer } from './process.ts';

/** The distribution, as Maven Central has it: org.keycloak:keycloak-quarkus-dist, zip. */
const ZIP = process.env['HATCHECK_KEYCLOAK_ZIP'];

/** What is not here, by name; undefined where everything is. */
export const missingForKeycloak = (): string | undefined => {
  const command = ['java', 'unzip'].find((each) => !isInstalled(each));
  if (command !== undefined) return command;
  if (ZIP === undefined) return 'HATCHECK_KEYCLOAK_ZIP, the path of org.keycloak:keycloak-quarkus-dist (zip)';
  return existsSync(ZIP) ? undefined : ZIP;
};

export interface Keycloak extends Peer {
  /** Of the realm, as tokens have it. */
  readonly issuer: string;
  /** As an administrator downloads it. */
  samlMetadata(): Promise<string>;
}

/** A server of its own, in memory, with one realm, one person in it, and us as its client by either protocol. */
export const startKeycloak = async (realm: {
  readonly origin: string;
  readonly clientSecret: string;
  readonly person: { readonly username: string; readonly password: string };
}): Promise<Keycloak> => {
  const folder = await mkdtemp(join(tmpdir(), 'hatcheck-keycloak-'));
  await promisify(execFile)('unzip', ['-q', ZIP ?? '', '-d', folder]);
  const [distribution = ''] = await readdir(folder);
  const home = join(folder, distribution);
  await mkdir(join(home, 'data/import'), { recursive: true });
  await writeFile(join(home, 'data/import/hatcheck.json'), JSON.stringify(realmOf(realm)));
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}/realms/hatcheck`;
  const peer = await startPeer(
    join(home, 'bin/kc.sh'),
    ['start-dev', '--import-realm', '--db=dev-mem', '--http-host=127.0.0.1', `--http-port=${port}`, '--cache=local'],
    { url: issuer, env: { JAVA_OPTS_KC_HEAP: '-Xms64m -Xmx512m' }, withinMs: 420_000 },
  );
  return {
    issuer,
    samlMetadata: async () => (await fetch(`${issuer}/protocol/saml/descriptor`)).text(),
    close: async () => {
      await peer.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const realmOf = ({ origin, clientSecret, person: { username, password } }: Parameters<typeof startKeycloak>[0]) => ({
  ...{ realm: 'hatcheck', enabled: true, sslRequired: 'none', groups: [{ name: 'engineering' }, { name: 'sre' }] },
  users: [
    {
      ...{
        username,
        enabled: true,
        email: 'erin@example.com',
        emailVerified: true,
        firstName: 'Erin',
        lastName: 'Engineer',
      },
      ...{ credentials: [{ type: 'password', value: password }], groups: ['/engineering', '/sre'] },
    },
  ],
  clients: [oidcClient(origin, clientSecret), samlClient(origin)],
});

const oidcClient = (origin: string, secret: string) => ({
  ...{ clientId: 'hatcheck', protocol: 'openid-connect', secret, redirectUris: [`${origin}/oidc/callback`] },
  attributes: { 'pkce.code.challenge.method': 'S256' },
  protocolMappers: [
    {
      ...{ name: 'groups', protocol: 'openid-connect', protocolMapper: 'oidc-group-membership-mapper' },
      config: { 'claim.name': 'groups', 'full.path': 'false', 'id.token.claim': 'true' },
    },
  ],
});

const samlClient = (origin: string) => ({
  ...{ clientId: `${origin}/saml/metadata`, protocol: 'saml', redirectUris: [`${origin}/saml/acs`] },
  // NB. not its `role_list`, which sends an attribute of the same name for each role.
  defaultClientScopes: [],
  attributes: {
    ...{ 'saml.assertion.signature': 'true', 'saml.server.signature': 'true', 'saml.client.signature': 'false' },
    ...{ 'saml.signature.algorithm': 'RSA_SHA256', saml_name_id_format: 'persistent', 'saml.authnstatement': 'true' },
    ...{ 'saml.force.post.binding': 'true', saml_assertion_consumer_url_post: `${origin}/saml/acs` },
  },
  protocolMappers: [
    {
      ...{ name: 'groups', protocol: 'saml', protocolMapper: 'saml-group-membership-mapper' },
      config: { 'attribute.name': 'groups', 'full.path': 'false', single: 'true' },
    },
    ...['email', 'firstName'].map((property) => ({
      ...{ name: property, protocol: 'saml', protocolMapper: 'saml-user-property-mapper' },
      config: { 'user.attribute': property, 'attribute.name': property },
    })),
  ],
});
