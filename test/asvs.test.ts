import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const STATUSES = ['met', 'operator', 'not applicable', 'not met'];
/** So long a few words of ours are at the most. */
const MAX_ABOUT = 70;

/** How many requirements of levels 1 and 2 each section of ASVS 5.0.0 has. In each they are numbered from 1 on; those of level 3 follow. */
const SECTIONS = `
  1.1:2 1.2:9 1.3:11 1.4:3 1.5:2
  2.1:3 2.2:3 2.3:4 2.4:1
  3.2:2 3.3:4 3.4:6 3.5:5 3.7:2
  4.1:3 4.2:1 4.3:2 4.4:4
  5.1:1 5.2:3 5.3:2 5.4:3
  6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4
  7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2
  8.1:2 8.2:3 8.3:1 8.4:1
  9.1:3 9.2:4
  10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2 10.7:3
  11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1
  12.1:3 12.2:2 12.3:4
  13.1:1 13.2:5 13.3:2 13.4:5
  14.1:2 14.2:4 14.3:3
  15.1:3 15.2:3 15.3:7
  16.1:1 16.2:5 16.3:4 16.4:3 16.5:3
  17.1:1 17.2:4 17.3:2
`;
const OF_LEVEL_1 = 70;

interface Row {
  readonly id: string;
  readonly level: string;
  readonly about: string;
  readonly status: string;
  readonly where: string;
  readonly why: string;
}

const text = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** RFC 4180: a cell in quotes may hold commas, and quotes twice over. */
const cellsOf = (line: string): readonly string[] =>
  [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(([, quoted, plain = '']) =>
    quoted === undefined ? plain : quoted.replaceAll('""', '"'),
  );

const rowOf = (line: string): Row => {
  const [id = '', level = '', about = '', status = '', where = '', why = '', ...more] = cellsOf(line);
  if (more.length > 0) throw new TypeError(`${id} has more cells than there are columns`);
  return { id, level, about, status, where, why };
};

const [header, ...lines] = text('docs/asvs.csv').trimEnd().split('\n');
const rows = lines.map(rowOf);

/** What of one row is not as it must be. */
const faultsOf = ({ id, level, about, status, where, why }: Row): readonly string[] => {
  const places = where === '' ? [] : where.split(' | ');
  const checks: Readonly<Record<string, boolean>> = {
    'its level is 1 or 2': level === '1' || level === '2',
    'it says in a few words what it is about': about !== '' && about.length <= MAX_ABOUT,
    'its status is one of four': STATUSES.includes(status),
    'where it is met says where': status !== 'met' || places.length > 0,
    'where it is not met says why': status === 'met' || why !== '',
  };
  return [
    ...Object.entries(checks).flatMap(([what, holds]) => (holds ? [] : [`${id}: not so: ${what}`])),
    ...places.filter((place) => !isThere(place)).map((place) => `${id}: there is no ${place}`),
  ];
};

/** A file, or the title of a test in it. */
const isThere = (place: string): boolean => {
  const [path = '', title] = place.split(/#(.*)/s);
  return existsSync(join(ROOT, path)) && (title === undefined || (title !== '' && text(path).includes(title)));
};

describe('docs/asvs.csv', () => {
  test('has the columns that docs/asvs.md speaks of', () => {
    expect(header).toBe('id,level,about,status,where,why');
  });

  test('has every requirement of levels 1 and 2, in their order, once', () => {
    const all = [...SECTIONS.matchAll(/(\S+):(\d+)/g)].flatMap(([, section = '', count]) =>
      Array.from({ length: Number(count) }, (_, index) => `${section}.${index + 1}`),
    );
    expect(rows.map(({ id }) => id)).toEqual(all);
    expect(rows.filter(({ level }) => level === '1')).toHaveLength(OF_LEVEL_1);
  });

  test('says of each how it is, and names only files and tests that are there', () => {
    expect(rows.flatMap(faultsOf)).toStrictEqual([]);
  });

  test.each([
    ['a status of its own', { status: 'mostly', why: 'x' }],
    ['met, nobody knows where', { where: '' }],
    ['not met, nobody knows why', { status: 'not met' }],
    ['not applicable, nobody knows why', { status: 'not applicable' }],
    ['a file that is not there', { where: 'test/nothing.test.ts' }],
    ['a test that is not there', { where: `test/asvs.test.ts#${['no', 'such', 'test'].join(' ')}` }],
    ['one of two that is not there', { where: 'test/asvs.test.ts | test/nothing.test.ts' }],
    ['level 3', { level: '3' }],
    ['the sentence of the standard', { about: 'Verify that '.repeat(10) }],
  ])('would not pass: %s', (_what, fault) => {
    const good = { id: '1.1.1', level: '2', about: 'x', status: 'met', where: 'test/asvs.test.ts', why: '' };
    expect(faultsOf(good)).toStrictEqual([]);
    expect(faultsOf({ ...good, ...fault })).toHaveLength(1);
  });
});
