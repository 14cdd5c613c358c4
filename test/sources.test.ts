import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What people run: what is deployed, and what is on their machines. */
const sources = ['lib', 'functions', 'cli', 'portal/src'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => ({ path: join(folder, name), text: readFileSync(join(ROOT, folder, name), 'utf8') })),
);

interface Rule {
  readonly pattern: RegExp;
  /** Where it may stand all the same. */
  readonly but?: readonly string[];
  /** One that it must find. */
  readonly offender: string;
}

/** What must stand nowhere. Each is an attack that we answer by not doing something at all. */
const RULES: Readonly<Record<string, Rule>> = {
  'code that is made of text': {
    pattern: /\beval\(|\bnew Function\b|\bset(?:Timeout|Interval)\(\s*['"`]|node:vm\b/,
    offender: 'eval(text)',
  },
  'markup that is made of text, in the portal': {
    pattern: /\b(?:inner|outer)HTML\b|dangerouslySetInnerHTML|insertAdjacentHTML|document\.write/,
    offender: '<p dangerouslySetInnerHTML={{ __html: text }} />',
  },
  'messages of other windows, listened to': {
    pattern: /addEventListener\(\s*['"`]message['"`]|\bonmessage\b/,
    offender: "addEventListener('message', act)",
  },
  'certificates of servers, not looked at': {
    pattern: /rejectUnauthorized|NODE_TLS_REJECT_UNAUTHORIZED|checkServerIdentity/,
    offender: '{ rejectUnauthorized: false }',
  },
  'where somebody comes from, as a header says': {
    pattern: /['"`](?:x-forwarded-[a-z]+|forwarded|x-real-ip|true-client-ip|cf-connecting-ip)['"`]/i,
    offender: "headers['x-forwarded-for']",
  },
  'chance that can be guessed, but for how long to wait': {
    pattern: /\bMath\.random\b/,
    but: ['lib/aws/role-sessions.ts', 'lib/broker/system.ts', 'portal/src/api/send.ts'],
    offender: 'Math.random()',
  },
  'hashes that are broken, but where RSA-OAEP has one by default': {
    pattern: /\bcreate(?:Hash|Hmac)\(\s*['"`](?:md5|sha1)['"`]/i,
    offender: "createHash('md5')",
  },
  'values of several types that count as equal': {
    // But for null, which is undefined's equal alone.
    pattern: /[\w)\]] [=!]=(?!=| null\b)/,
    offender: 'if (status == 200)',
  },
  'a shell between us and a command': {
    pattern: /\bshell: true\b|\bexecSync\(|[^.\w]exec\(\s*[`'"]/,
    offender: 'spawn(command, words, { shell: true })',
  },
};

describe.each(Object.entries(RULES))('%s', (_what, { pattern, but = [], offender }) => {
  test('stands in no source', () => {
    const found = sources.filter(({ path, text }) => pattern.test(text) && !but.includes(path)).map(({ path }) => path);
    expect(found).toStrictEqual([]);
  });

  test('would be found', () => {
    expect(pattern.test(offender)).toBe(true);
    expect(but.filter((path) => !sources.some((each) => each.path === path && pattern.test(each.text)))).toStrictEqual(
      [],
    );
  });
});

test('there are sources to look at', () => {
  expect(sources.length).toBeGreaterThan(300);
});
