import { describe, expect, test } from '@jest/globals';
import type { Answer } from '../../../lib/http/api.ts';
import { chatCodePage, chatLinkQuestionPage } from '../../../lib/http/chat-link-page.ts';
import { deviceDecidedPage, deviceQuestionPage, userCodePage } from '../../../lib/http/device-page.ts';
import { signInPage } from '../../../lib/http/sign-in-page.ts';
import { noon } from '../../support/builders.ts';

const csrf = 'the-field-of-the-session';
const person = 'engineer@example.com';
const until = noon(3600);

const PAGES: Readonly<Record<string, Answer>> = {
  'the consent to a command line': signInPage({
    ...{ person, until, csrf, redirectUri: 'http://127.0.0.1:51234/x', fields: {} },
  }),
  'the code of a device': userCodePage({ code: '', csrf, isUnknown: false }),
  'a code that no device has': userCodePage({ code: '', csrf, isUnknown: true }),
  'the consent to a device': deviceQuestionPage({
    ...{ person, until, csrf, userCode: 'BCDF-GHJK', askedFrom: '203.0.113.9', askedAt: noon(0), here: '203.0.113.9' },
  }),
  'a device that was allowed': deviceDecidedPage('allow', csrf),
  'a device that was denied': deviceDecidedPage('deny', csrf),
  'the code of a chat account': chatCodePage({ csrf, linked: [] }),
  'the link of a chat account': chatLinkQuestionPage({
    ...{ person, csrf, code: 'BCDF-GHJK', account: { platform: 'slack', workspace: 'T0OURS', user: 'U0ERIN' } },
  }),
};

describe.each(Object.entries(PAGES))('%s', (_name, { html = '', headers = {} }) => {
  test('has the way out, which works', () => {
    const out = /<form method="post" action="\/logout"[^]*?<\/form>/.exec(html)?.[0] ?? '';
    expect(out).toContain(`name="csrf" value="${csrf}"`);
    expect(out).toContain('<button>Sign out</button>');
    expect(headers['content-security-policy']).toMatch(/form-action 'self'/);
    expect(headers['referrer-policy']).toBe('same-origin');
  });
});

test.each(['the consent to a command line', 'the consent to a device'])('%s says for how long', (name) => {
  expect(PAGES[name]?.html?.replace(/\s+/g, ' ')).toContain(
    `until <time datetime="${until}">2026-03-02 13:00 UTC</time> at the latest`,
  );
});
