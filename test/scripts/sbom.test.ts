import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { lockedPackages } from '../../scripts/lock-file.ts';
import { sbom } from '../../scripts/sbom.ts';

const component = z.object({
  'bom-ref': z.string(),
  type: z.enum(['application', 'library']),
  name: z.string(),
  version: z.string(),
  purl: z.string(),
  scope: z.enum(['required', 'optional']).optional(),
  licenses: z.array(z.object({ license: z.object({ id: z.string() }) })).length(1),
  hashes: z.array(z.object({ alg: z.literal('SHA-512'), content: z.string().regex(/^[0-9a-f]{128}$/) })).optional(),
});

/** What CycloneDX 1.6 asks of the members that we write. */
const document = z.strictObject({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.literal('1.6'),
  version: z.literal(1),
  metadata: z.strictObject({ component }),
  components: z.array(component),
  dependencies: z.array(z.strictObject({ ref: z.string(), dependsOn: z.array(z.string()) })),
});

const written = document.parse(sbom());

describe('the SBOM', () => {
  test('has every package of production, and no other', () => {
    const [, ...locked] = lockedPackages();
    const wanted = locked.filter(({ dev }) => dev !== true).map(({ name, version }) => `${name}@${version}`);
    expect(written.components.map(({ name, version }) => `${name}@${version}`)).toEqual(wanted);
    const names = written.components.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['@smithy/core', 'xml-crypto', 'zod', 'preact']));
    expect(names).not.toContain('jest');
  });

  test('has a hash, a licence and an address of each', () => {
    const [smithy] = written.components.filter(({ name }) => name === '@smithy/core');
    expect(smithy).toMatchObject({ purl: `pkg:npm/%40smithy/core@${smithy?.version ?? ''}`, scope: 'required' });
    expect(written.components.filter(({ hashes = [] }) => hashes.length === 0)).toStrictEqual([]);
    const optional = written.components.filter(({ scope }) => scope === 'optional').map(({ name }) => name);
    expect(optional).toContain('@napi-rs/keyring');
    expect(optional).not.toContain('zod');
  });

  test('says what needs what, and nothing that is needed is missing', () => {
    const references = new Set(written.components.map((each) => each['bom-ref']));
    expect(references.size).toBe(written.components.length);
    const needed = new Set(written.dependencies.flatMap(({ dependsOn }) => dependsOn));
    expect(needed).toEqual(references);
    const [own, ...others] = written.dependencies;
    expect(own?.ref).toBe(written.metadata.component['bom-ref']);
    expect(new Set(others.map(({ ref }) => ref))).toEqual(references);
    const xmlCrypto = others.find(({ ref }) => ref.startsWith('xml-crypto@'));
    expect(xmlCrypto?.dependsOn.join()).toMatch(/^@xmldom\/is-dom-node@.+,@xmldom\/xmldom@.+,xpath@/);
  });

  test('is the same of the same lock file', () => {
    expect(sbom()).toEqual(sbom());
    expect(JSON.stringify(sbom())).not.toMatch(/\d{4}-\d{2}-\d{2}T/);
  });

  test('tells two places of one version apart', () => {
    const [own, ...others] = lockedPackages();
    const zod = others.find(({ name }) => name === 'zod')!;
    const twice = { ...zod, path: `node_modules/other/${zod.path}` };
    const { components } = document.parse(sbom([own, ...others, twice]));
    expect(new Set(components.map((each) => each['bom-ref'])).size).toBe(components.length);
    expect(components).toHaveLength(written.components.length + 1);
  });
});
