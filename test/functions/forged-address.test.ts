import { expect, test } from '@jest/globals';
import { type HttpCall, httpEvent } from '../support/events.ts';
import { DEVICE_IP, at, begin, erin } from './device-scene.ts';

const FORGED = '198.51.100.7';

/** Of a call that API Gateway took with a client certificate of that subject. */
const certified = (subjectDN: string) => ({
  authentication: {
    clientCert: {
      ...{ clientCertPem: 'PEM', subjectDN, issuerDN: 'CN=Example', serialNumber: '1' },
      validity: { notBefore: 'Nov 22 10:00:00 2026 GMT', notAfter: 'Nov 22 10:00:00 2027 GMT' },
    },
  },
});

/** Where the page of a device says that the browser is. */
const hereOf = async (headers: Record<string, string>, subjectDN?: string): Promise<string | undefined> => {
  const { userCode } = await begin();
  const call: HttpCall = {
    ...{ method: 'POST', path: '/device', cookies: erin.cookies },
    headers: { origin: at.config.origin, 'sec-fetch-site': 'same-origin', ...headers },
    form: { user_code: userCode, csrf: erin.csrf },
  };
  const event = httpEvent(call);
  const context = { ...event.requestContext, ...(subjectDN === undefined ? {} : certified(subjectDN)) };
  const { body = '' } = await at.token({ ...event, requestContext: context });
  if (body.includes(`${DEVICE_IP}, as this browser`)) return DEVICE_IP;
  return /; this browser is at ([^<\s]+?)\.?[<\s]/.exec(body)?.[1];
};

test.each([
  'x-hatcheck-viewer',
  'X-Hatcheck-Viewer',
  'x-forwarded-for',
  'forwarded',
  'x-real-ip',
  'true-client-ip',
  'cloudfront-viewer-address',
])(
  'attack: a phisher writes the address of the device into %s: the page shows where the call came from',
  async (name) => {
    const value = name === 'forwarded' ? `for=${DEVICE_IP}` : DEVICE_IP;
    expect(await hereOf({ [name]: value })).toBe('192.0.2.1');
  },
);

test.each(['x-forwarded-for', 'forwarded', 'x-real-ip', 'true-client-ip', 'cloudfront-viewer-address'])(
  'attack: behind the edge %s is no more believed than in front of it',
  async (name) => {
    expect(await hereOf({ [name]: DEVICE_IP, 'x-hatcheck-viewer': FORGED }, 'CN=hatcheck-edge')).toBe(FORGED);
  },
);

test.each(['CN=somebody', 'CN=hatcheck-edge.evil.example', 'CN=not-hatcheck-edge', 'O=hatcheck-edge', ''])(
  'attack: the certificate of somebody else (%j) does not make one the edge',
  async (subject) => {
    expect(await hereOf({ 'x-hatcheck-viewer': FORGED }, subject)).toBe('192.0.2.1');
  },
);

test.each(['CN=hatcheck-edge', 'O=Example,CN=hatcheck-edge', 'CN=hatcheck-edge, O=Example'])(
  'the edge is believed: %s',
  async (subject) => {
    expect(await hereOf({ 'x-hatcheck-viewer': FORGED }, subject)).toBe(FORGED);
    expect(await hereOf({ 'x-hatcheck-viewer': DEVICE_IP }, subject)).toBe(DEVICE_IP);
  },
);

test.each(['', 'localhost', `${FORGED}, ${DEVICE_IP}`, `${FORGED}:443`, '<b>203.0.113.9</b>'])(
  'what is no address (%j) is none, even of the edge',
  async (value) => {
    expect(await hereOf({ 'x-hatcheck-viewer': value }, 'CN=hatcheck-edge')).toBe('192.0.2.1');
  },
);
