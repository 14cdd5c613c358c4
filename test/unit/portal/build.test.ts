import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { buildPortal } from '../../../scripts/build-portal.ts';

const portal = await buildPortal();
const page = portal['/']?.body ?? '';
const assets = Object.entries(portal).filter(([path]) => path !== '/');

test('the page names its script and its style by their content', () => {
  expect(assets.map(([path]) => path.replace(/-[\w-]{16}\./, '-#.')).toSorted()).toEqual([
    '/assets/main-#.js',
    '/assets/style-#.css',
  ]);
  for (const [path, file] of assets) {
    expect(page).toContain(`"${path}"`);
    expect(file.immutable).toBe(true);
  }
  expect(portal['/']?.immutable).toBe(false);
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
  const sources = readdirSync('portal/src').map((name) => readFileSync(`portal/src/${name}`, 'utf8'));
  expect(sources.length).toBeGreaterThan(0);
  for (const source of sources)
    expect(source).not.toMatch(/innerHTML|dangerouslySetInnerHTML|insertAdjacentHTML|eval\(/);
});

test('a first visit loads less than 40 kB', () => {
  const bytes = Object.values(portal).reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
  expect(bytes).toBeLessThan(40_000);
});
