import { globSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { buildPortal } from '../../../scripts/build-portal.ts';

const portal = await buildPortal();
const page = portal['/']?.body ?? '';
const HASHED = /^\/assets\/[a-z-]+-[0-9A-Z]{8}\.(js|css)$/;
const assets = Object.entries(portal).filter(([path]) => path !== '/');

test('the page names its script and its style by their content', () => {
  expect(page).toMatch(/<script type="module" src="\/assets\/main-[0-9A-Z]{8}\.js">/);
  expect(page).toMatch(/<link rel="stylesheet" href="\/assets\/style-[0-9A-Z]{8}\.css"/);
  for (const [path, file] of assets) expect([path, file.immutable]).toEqual([expect.stringMatching(HASHED), true]);
  expect(portal['/']?.immutable).toBe(false);
});

test('whatever the page names is there', () => {
  const named = [...page.matchAll(/(?:src|href)="(\/[^"]*)"/g)].map(([, path]) => path);
  expect(named.length).toBeGreaterThan(2);
  for (const path of named) expect(Object.keys(portal)).toContain(path);
});

test('the same source makes the same portal', async () => {
  expect(await buildPortal()).toEqual(portal);
});

test('nothing is inline, so that the content security policy need not allow it', () => {
  expect(page).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/);
});

test('forms of the page are posted with an Origin', () => {
  expect(page).toContain('<meta name="referrer" content="same-origin"');
});

test('text of others is never made into markup', () => {
  const sources = globSync('portal/src/**/*.{ts,tsx}').map((path) => readFileSync(path, 'utf8'));
  expect(sources.length).toBeGreaterThan(0);
  for (const source of sources)
    expect(source).not.toMatch(/innerHTML|dangerouslySetInnerHTML|insertAdjacentHTML|eval\(/);
});

test('a first visit loads less than 80 kB, so that 20 are left for headers and answers', () => {
  const named = Object.entries(portal).filter(([path]) => path === '/' || page.includes(`"${path}"`));
  const bytes = named.reduce((sum, [, { body }]) => sum + Buffer.byteLength(body), 0);
  expect(named.length).toBeGreaterThan(2);
  expect(bytes).toBeLessThan(80_000);
});
