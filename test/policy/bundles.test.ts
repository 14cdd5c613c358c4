import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import * as z from 'zod/mini';
import { lockedPackages } from '../../scripts/lock-file.ts';
import { PACKAGES_IN, ownPackagesOf, packagesOf } from './bundle-packages.ts';
import { type BundleContents, builtBundles, samlIn } from './bundles.ts';

const LATER = ['./parameter-store.mjs'];

const templateSchema = z.object({
  functions: z.record(
    z.string(),
    z.object({ handler: z.string(), package: z.object({ patterns: z.array(z.string()) }) }),
  ),
});

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
    expect(withSaml.filter((name) => !['signin', 'token'].includes(name))).toStrictEqual([]);
    expect(namesOf(bundles)).toContain('credentials');
  });

  test('read sign-ins and what comes of them where people sign in, and nowhere else', () => {
    const reading = (file: string) => /^lib\/aws\/(?:sign-in|grant|device)-schema\.ts$/.test(file);
    expect(namesOf(bundles.filter(({ files }) => files.some(reading))).toSorted()).toEqual(['signin', 'token']);
  });

  test('reach IAM where sessions are ended, and nowhere else', () => {
    expect(namesOf(bundles.filter(({ files }) => files.some((file) => file.includes('client-iam'))))).toEqual([
      'on-revocation',
    ]);
  });

  test('reach SES where people are told, and nowhere else', () => {
    expect(namesOf(bundles.filter(({ files }) => files.some((file) => file.includes('client-sesv2'))))).toEqual([
      'on-notice',
    ]);
  });

  test('reach S3 where the export is written, and nowhere else', () => {
    expect(namesOf(bundles.filter(({ files }) => files.some((file) => file.includes('client-s3'))))).toEqual([
      'on-export',
    ]);
  });

  test('reach EventBridge where events are published and what is unusual is found, and nowhere else', () => {
    expect(
      namesOf(bundles.filter(({ files }) => files.some((file) => file.includes('client-eventbridge')))).toSorted(),
    ).toEqual(['on-ledger-event', 'on-sequence']);
  });

  test('hold nothing of the tests and of what stands in on a laptop', () => {
    expect(bundles.flatMap(({ files }) => files.filter((file) => /^(?:test|local)\//.test(file)))).toStrictEqual([]);
  });

  test('import nothing of Node, which costs every start, but what Parameter Store needs when it is asked', () => {
    expect(
      Object.fromEntries(bundles.flatMap(({ name, imports }) => (imports.length > 0 ? [[name, imports]] : []))),
    ).toEqual({
      ...{ audit: LATER, credentials: LATER, requests: LATER, 'on-schedule': LATER },
      ...{ 'on-notice': LATER, 'on-chat-act': LATER },
    });
  });

  test('are packaged with what they import later, and with nothing else', async () => {
    const text = await readFile('serverless.yml', 'utf8');
    const { functions } = templateSchema.parse(parse(text, { logLevel: 'error' }));
    for (const { handler, package: packaged } of Object.values(functions)) {
      const bundle = bundles.find(({ name }) => handler === `dist/${name}.handler`);
      const later = bundle?.imports.map((path) => path.replace('./', 'dist/')) ?? [];
      expect(packaged.patterns).toEqual([`dist/${bundle?.name ?? ''}.mjs`, ...later]);
    }
    expect(Object.keys(functions)).toContain('credentials');
  });

  test('have the packages of others in them that stand here by name, and no other', () => {
    for (const bundle of bundles)
      expect([bundle.name, ownPackagesOf(bundle).toSorted()]).toEqual([
        bundle.name,
        PACKAGES_IN[bundle.name]?.toSorted(),
      ]);
  });

  test('have nothing in them that is for development only, and no part of the SDK without a client', () => {
    const [, ...locked] = lockedPackages();
    const deployed = new Set(locked.filter(({ dev }) => dev !== true).map(({ name }) => name));
    expect(bundles.flatMap((bundle) => packagesOf(bundle).filter((name) => !deployed.has(name)))).toStrictEqual([]);
    const sdk = (bundle: BundleContents) => packagesOf(bundle).length > ownPackagesOf(bundle).length;
    const withClient = (bundle: BundleContents) => packagesOf(bundle).some((name) => name.includes('/client-'));
    expect(namesOf(bundles.filter(sdk))).toEqual(namesOf(bundles.filter(withClient)));
  });

  test('are each under a megabyte, which is read at every start', () => {
    expect(bundles.filter(({ bytes }) => bytes > 1_000_000)).toStrictEqual([]);
  });

  test('the portal’s page is made of preact and our own', async () => {
    const sources = (await readdir('portal/src', { recursive: true })).filter((name) => /\.tsx?$/.test(name));
    const texts = await Promise.all(sources.map((name) => readFile(join('portal/src', name), 'utf8')));
    const named = texts.flatMap((text) =>
      [...text.matchAll(/^(?:(?:import|export|\}).* from|import) '([^'.][^']*)';$/gm)].map(([, name]) => name),
    );
    expect([...new Set(named.map((name) => name?.split('/')[0]))]).toEqual(['preact']);
  });

  test('take credentials from the environment, and know no other place', () => {
    const elsewhere = /credential-provider-(?:ini|sso|process|imds|login|http|web-identity)|nested-clients/;
    expect(bundles.flatMap(({ files }) => files.filter((file) => elsewhere.test(file)))).toStrictEqual([]);
  });

  test('credentials are given out without the code that asks for them, decides about them or signs people in', () => {
    const files = bundles.find(({ name }) => name === 'credentials')?.files ?? [];
    expect(files).toContain('lib/domain/decide-issue.ts');
    const others =
      /lib\/domain\/decide(?:-approval|-closing|-extension|-review|-submit)?\.ts$|lib\/identity\/(?:oauth|sign-in|login)|client-ssm/;
    expect(files.filter((file) => others.test(file))).toStrictEqual([]);
  });

  test.each(['../lib/identity/saml/decrypt.ts', 'lib/identity/saml-acs.ts', 'node_modules/xml-crypto/lib/index.js'])(
    '%s would be found',
    (file) => {
      expect(
        samlIn({ name: 'x', path: 'x', bytes: 1, files: ['lib/identity/sessions.ts', file], imports: [] }),
      ).toEqual([file]);
    },
  );
});
