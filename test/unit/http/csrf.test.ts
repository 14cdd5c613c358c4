import { describe, expect, test } from '@jest/globals';
import { HatcheckError, refuse } from '../../../lib/domain/errors.ts';
import { CSRF, ORIGIN, REQUEST_ID, bearer, cookies, ownPage, stubApi } from './stub-api.ts';

const { call } = stubApi();
const cancel = { method: 'POST', path: `/v1/requests/${REQUEST_ID}/cancel` } as const;

describe('a state-changing call with the cookie', () => {
  test('is taken from our own page', async () => {
    expect((await call({ ...cancel, cookies, headers: ownPage })).status).toBe(200);
  });

  test.each([
    ['no Origin', {}],
    ['another origin', { origin: 'https://evil.example.com' }],
    ['a longer origin that begins like ours', { origin: `${ORIGIN}.evil.example.com` }],
    ['our host with another scheme', { origin: ORIGIN.replace('https', 'http') }],
    ['our host with another port', { origin: `${ORIGIN}:8443` }],
    ['a sandboxed frame', { origin: 'null' }],
    ['our origin twice', { origin: `${ORIGIN},${ORIGIN}` }],
    ['our origin in capitals', { origin: ORIGIN.toUpperCase() }],
  ])('is refused from %s, with the header too', async (_name, origin) => {
    expect((await call({ ...cancel, cookies, headers: { 'hatcheck-csrf': '1', ...origin } })).code).toBe(
      'cross_origin',
    );
  });

  test.each([undefined, '0', '1,1', 'true', ''])('is refused with Hatcheck-CSRF: %p', async (value) => {
    const headers = { origin: ORIGIN, ...(value === undefined ? {} : { 'hatcheck-csrf': value }) };
    expect((await call({ ...cancel, cookies, headers })).code).toBe('csrf_missing');
  });

  test('is refused as a form where no form is taken, though its csrf field is right', async () => {
    const headers = { origin: ORIGIN, 'sec-fetch-site': 'same-origin' };
    expect((await call({ ...cancel, cookies, headers, form: { csrf: CSRF } })).code).toBe('csrf_missing');
  });
});

describe('calls that no other site can forge', () => {
  test('a bearer token needs neither Origin nor header', async () => {
    expect((await call({ ...cancel, headers: bearer })).status).toBe(200);
    expect((await call({ ...cancel, headers: { ...bearer, origin: 'https://evil.example.com' } })).status).toBe(200);
  });

  test('reading needs none: it changes nothing, and no other origin may see the answer', async () => {
    const { status, headers } = await call({
      path: '/v1/me',
      cookies,
      headers: { origin: 'https://evil.example.com' },
    });
    expect(status).toBe(200);
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toStrictEqual([]);
  });

  test('the token endpoint is exempt', async () => {
    const headers = { origin: 'https://evil.example.com' };
    expect(
      (await call({ method: 'POST', path: '/oauth/token', cookies, headers, form: { grant_type: 'x' } })).status,
    ).toBe(200);
  });
});

describe('a plain form with the cookie', () => {
  const console_ = { method: 'POST', path: `/v1/requests/${REQUEST_ID}/console`, cookies } as const;
  const sameOrigin = { origin: ORIGIN, 'sec-fetch-site': 'same-origin' };

  test('is taken with Origin, Sec-Fetch-Site and the hidden field, which the handler does not see', async () => {
    const { json } = await call({ ...console_, headers: sameOrigin, form: { csrf: CSRF, destination: 's3' } });
    expect(json).toMatchObject({ isFormPost: true, body: { destination: 's3' } });
  });

  test('is taken as text too, as local tools send it', async () => {
    const headers = { ...sameOrigin, 'content-type': 'application/x-www-form-urlencoded' };
    expect((await call({ ...console_, headers, body: `csrf=${CSRF}` })).status).toBe(200);
  });

  test.each([
    ['no Origin', { 'sec-fetch-site': 'same-origin' }, 'cross_origin'],
    ['another origin', { ...sameOrigin, origin: 'https://evil.example.com' }, 'cross_origin'],
    ['no Sec-Fetch-Site', { origin: ORIGIN }, 'cross_origin'],
    ['Sec-Fetch-Site: same-site', { ...sameOrigin, 'sec-fetch-site': 'same-site' }, 'cross_origin'],
    ['Sec-Fetch-Site: cross-site', { ...sameOrigin, 'sec-fetch-site': 'cross-site' }, 'cross_origin'],
  ])('is refused with %s', async (_name, headers, code) => {
    expect((await call({ ...console_, headers, form: { csrf: CSRF } })).code).toBe(code);
  });

  test.each([
    ['no field', ''],
    ['an empty field', 'csrf='],
    ['another session’s field', 'csrf=another'],
    ['the field cut short', `csrf=${CSRF.slice(0, -1)}`],
  ])('is refused with %s', async (_name, form) => {
    expect((await call({ ...console_, headers: sameOrigin, form })).code).toBe('csrf_missing');
  });

  test('the header does not replace the field', async () => {
    const headers = { ...sameOrigin, 'hatcheck-csrf': '1' };
    expect((await call({ ...console_, headers, form: { csrf: 'another' } })).code).toBe('csrf_missing');
  });

  test('the field twice is refused, whichever comes first', async () => {
    const form = `csrf=${CSRF}&csrf=another`;
    expect((await call({ ...console_, headers: sameOrigin, form })).pointers).toEqual(['/csrf duplicate']);
  });

  test('a session that is over is 401', async () => {
    const outcome = await call({
      ...console_,
      cookies: ['__Host-hatcheck=expired'],
      headers: sameOrigin,
      form: { csrf: CSRF },
    });
    expect(outcome.code).toBe('session_expired');
  });

  test('a session without a csrf field can post no form', async () => {
    const bare = stubApi({
      authenticate: () => Promise.resolve({ principal: {} as never, via: 'cookie', tokenHash: 'h' }),
    });
    expect((await bare.call({ ...console_, headers: sameOrigin, form: { csrf: '' } })).code).toBe('csrf_missing');
  });
});

describe('signing out', () => {
  const logout = { method: 'POST', path: '/logout' } as const;
  const sameOrigin = { origin: ORIGIN, 'sec-fetch-site': 'same-origin' };

  test('works by form and by fetch', async () => {
    expect((await call({ ...logout, cookies, headers: sameOrigin, form: { csrf: CSRF } })).status).toBe(200);
    expect((await call({ ...logout, cookies, headers: ownPage })).status).toBe(200);
  });

  test('works when the session is over already: nothing is left to forge', async () => {
    const outcome = await call({ ...logout, cookies: ['__Host-hatcheck=expired'], headers: sameOrigin, form: '' });
    expect(outcome.status).toBe(200);
  });

  test('cannot be forced from another site, which sends no Lax cookie but whose answer could clear ours', async () => {
    const headers = { origin: 'https://evil.example.com', 'sec-fetch-site': 'cross-site' };
    expect((await call({ ...logout, headers, form: '' })).code).toBe('cross_origin');
    expect((await call({ ...logout, headers: sameOrigin, form: '' })).status).toBe(200);
  });

  test('a store that does not answer is not taken for a session that is over', async () => {
    const down = stubApi({
      authenticate: () => Promise.reject(new HatcheckError(refuse('ledger_unavailable', 'down'))),
    });
    const outcome = await down.call({ ...logout, cookies, headers: sameOrigin, form: { csrf: CSRF } });
    expect(outcome.code).toBe('ledger_unavailable');
  });
});
