import { describe, expect, test } from '@jest/globals';
import { HatcheckError, badInput, refuse } from '../../../lib/domain/errors.ts';
import { problemDocument } from '../../../lib/http/problem.ts';
import { pagePolicy } from '../../../lib/http/page.ts';
import { problemPage, wantsPage } from '../../../lib/http/problem-page.ts';
import { stubApi } from './stub-api.ts';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

describe('a page is for whoever asks for HTML by its name', () => {
  test.each([BROWSER, 'text/html', 'application/json, Text/HTML;q=0.1', 'text/html ; q=1'])('%s', (accept) => {
    expect(wantsPage(accept)).toBe(true);
  });

  test.each([undefined, '', '*/*', 'application/json', 'text/*', 'text/html;q=0', 'text/html; q=0.000', 'text/htmlx'])(
    '%s does not',
    (accept) => {
      expect(wantsPage(accept)).toBe(false);
    },
  );
});

describe('the page', () => {
  const page = problemPage(problemDocument(refuse('invalid_token', 'audience'), 'call-id'));

  test('says what happened, its code and the call, and where to go on, but no reason', () => {
    for (const part of ['Invalid token', 'invalid_token', 'urn:hatcheck:call:call-id', '<a href="/">Try again</a>'])
      expect(page).toContain(part);
    expect(page).not.toContain('audience');
  });

  test('leads to the request that was acted on, and nowhere else whatever the address says', () => {
    const document = problemDocument(refuse('grant_over', 'x'), 'call-id');
    const id = `r_${'A'.repeat(26)}`;
    expect(problemPage(document, `/v1/requests/${id}/console`)).toContain(
      `<a href="/requests/${id}">Back to the request</a>`,
    );
    for (const path of ['/v1/requests/r_a"><b/console', `/x/v1/requests/${id}/console`, `/v1/requests/${id}`])
      expect(problemPage(document, path)).toContain('<a href="/">Try again</a>');
  });

  test('leads to the sign-in that would help, where one would', () => {
    const stronger = problemPage(problemDocument({ ...refuse('step_up_required', 'x'), stepUp: 'mfa' }, 'call-id'));
    expect(stronger).toContain('<a href="/login?stepUp=mfa">Sign in again</a>');
    expect(stronger).not.toContain('Try again</a>');
  });

  test('needs nothing that the content security policy forbids', () => {
    expect(page).not.toMatch(/<(?:script|img|link|form|iframe)|\bon\w+=|style=/i);
  });

  test('names the faults of the input', () => {
    expect(problemPage(problemDocument(badInput('?returnTo', 'invalid', 'must be a path'), 'x'))).toContain(
      '<li><code>?returnTo</code> must be a path</li>',
    );
  });

  test('XSS: what came from outside is text on it', () => {
    const hostile = `"><script>alert('&')</script>`;
    const document = problemDocument(badInput(hostile, 'invalid', hostile), hostile);
    const text = '&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;';
    expect(problemPage(document)).not.toContain('<script');
    expect(problemPage(document).split(text)).toHaveLength(4);
  });
});

describe('an answer to a browser', () => {
  const refused = stubApi({
    routes: {
      'GET /login': () => Promise.reject(new HatcheckError(refuse('provider_unavailable', 'REASON'))),
      'GET /v1/me': () => Promise.reject(new HatcheckError(refuse('provider_unavailable', 'REASON'))),
    },
  });
  const get = (path: string, accept?: string) => refused.call({ path, ...(accept && { headers: { accept } }) });

  test('has the status and the headers that the JSON has', async () => {
    const [page, json] = [await get('/login', BROWSER), await get('/login')];
    expect(page.status).toBe(503);
    expect(page.result.body).not.toContain('REASON');
    const { 'content-type': type, 'content-security-policy': policy, ...headers } = page.headers;
    expect({ ...json.headers, ...headers }).toEqual(json.headers);
    expect(type).toBe('text/html; charset=utf-8');
    expect(headers).toMatchObject({ vary: 'Accept', 'cache-control': 'no-store', 'retry-after': '5' });
    expect(policy).toBe(pagePolicy());
  });

  test('is a page for bad input too', async () => {
    const { status, result, headers } = await get('/login?unknown=1', BROWSER);
    expect([status, headers['content-type']]).toEqual([400, 'text/html; charset=utf-8']);
    expect(result.body).toContain('<code>?unknown</code>');
  });

  test.each(['/v1/me', '/no-such-route'])('is JSON where no browser comes by itself: %s', async (path) => {
    const api = stubApi();
    const { headers } = await api.call({ path, routeKey: `GET ${path}`, headers: { accept: BROWSER } });
    expect(headers['content-type']).toBe('application/problem+json');
    expect(headers).not.toHaveProperty('vary');
  });
});
