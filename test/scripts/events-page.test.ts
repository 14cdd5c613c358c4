import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { eventsPage } from '../../scripts/events-page.ts';
import { EVENT_MEANINGS, type EventMeaning } from '../../scripts/event-meanings.ts';

test('docs/events.md is what the table of meanings says; if it is not, run: npm run docs', async () => {
  expect(await readFile('docs/events.md', 'utf8')).toBe(eventsPage());
});

test('every event says something in each column, and nothing that would break the table', () => {
  const rows: readonly EventMeaning[] = Object.values(EVENT_MEANINGS);
  for (const { says, when, notWhen, streams, saidBy, writers } of rows) {
    for (const text of [says, when, notWhen]) expect(text).toMatch(/^[^|\n]{10,}$/);
    for (const list of [streams, saidBy, writers]) expect(list.length).toBeGreaterThan(0);
  }
});
