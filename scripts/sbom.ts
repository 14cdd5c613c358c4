import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type LockedPackage, lockedPackages, neededBy } from './lock-file.ts';

/**
 * What production is made of, as a CycloneDX 1.6 document (ECMA-424): every package of package-lock.json that a production dependency leads to, with its hash, its licence and
 * what it needs. It has no time and no serial number: from the same lock file it is the same document.
 */
export const sbom = (lock = lockedPackages()): object => {
  const [own, ...others] = lock;
  const production = others.filter(({ dev }) => dev !== true);
  const byPath = new Map(production.map((one) => [one.path, one]));
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', ...identityOf(own) } },
    components: production.map(componentOf),
    dependencies: [own, ...production].map((one) => ({
      ref: refOf(one),
      dependsOn: neededBy(one, byPath).map(refOf).sort(),
    })),
  };
};

const componentOf = (one: LockedPackage): object => ({
  type: 'library',
  ...identityOf(one),
  scope: one.optional === true ? 'optional' : 'required',
  hashes: hashesOf(one),
});

/** Package URL specification, npm: the `@` of a scope is percent-encoded. */
const identityOf = (one: LockedPackage): object => ({
  'bom-ref': refOf(one),
  name: one.name,
  version: one.version,
  purl: `pkg:npm/${one.name.replace('@', '%40')}@${one.version}`,
  ...(one.license === undefined ? {} : { licenses: [{ license: { id: one.license } }] }),
});

/** One version may be installed in two places: the place tells them apart. */
const refOf = ({ path, name, version }: LockedPackage): string =>
  path === '' || path === `node_modules/${name}` ? `${name}@${version}` : `${name}@${version} in ${path}`;

/** Subresource Integrity: base64 there, hexadecimal here. */
const hashesOf = ({ integrity = '' }: LockedPackage): readonly object[] =>
  integrity.startsWith('sha512-')
    ? [{ alg: 'SHA-512', content: Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex') }]
    : [];

/** By itself the script writes it to the file that it is given, `dist/sbom.cdx.json` by default. */
if (import.meta.main) {
  const path = process.argv[2] ?? 'dist/sbom.cdx.json';
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(sbom(), null, 2)}\n`);
  console.log(path);
}
