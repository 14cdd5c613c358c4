import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type BundleContents, builtBundles, samlIn } from './bundles.ts';

let folder: string;
let bundles: readonly BundleContents[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hatcheck-bundles-'));
  bundles = await builtBundles(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const namesOf = (chosen: readonly BundleContents[]): readonly string[] => chosen.map(({ name }) => name);

describe('the deployed bundles', () => {
  test('have SAML in them where people and assertions come in, and nowhere else', () => {
    const withSaml = namesOf(bundles.filter((bundle) => samlIn(bundle).length > 0));
    expect(withSaml).toContain('signin');
    expect(withSaml.filter((name) => !['signin', 'token'].includes(name))).toEqual([]);
    expect(namesOf(bundles)).toContain('credentials');
  });

  test('hold nothing of the tests and of what stands in on a laptop', () => {
    expect(bundles.flatMap(({ files }) => files.filter((file) => /^(?:test|local)\//.test(file)))).toEqual([]);
  });

  test.each(['../lib/identity/saml/decrypt.ts', 'lib/identity/saml-acs.ts', 'node_modules/xml-crypto/lib/index.js'])(
    '%s would be found',
    (file) => {
      expect(samlIn({ name: 'x', path: 'x', bytes: 1, files: ['lib/identity/sessions.ts', file] })).toEqual([file]);
    },
  );
});
