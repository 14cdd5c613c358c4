import { expect, test } from '@jest/globals';
import { connectorOf, serviceAddress } from '../../../../lib/chatops/teams/service-url.ts';

test.each([
  ['https://smba.trafficmanager.net/emea/', 'https://smba.trafficmanager.net/emea'],
  ['https://smba.trafficmanager.net/teams', 'https://smba.trafficmanager.net/teams'],
  [
    'https://smba.trafficmanager.net/amer/6f1d2c3b-0000-4000-8000-0000000000aa/',
    'https://smba.trafficmanager.net/amer/6f1d2c3b-0000-4000-8000-0000000000aa',
  ],
])('%s is the connector’s', (text, address) => {
  expect(serviceAddress(text)).toBe(address);
});

test.each([
  'http://smba.trafficmanager.net/emea/',
  'https://smba.trafficmanager.net.evil.example/emea/',
  'https://evil.trafficmanager.net/emea/',
  'https://smba.trafficmanager.net:8443/emea/',
  'https://smba.trafficmanager.net@evil.example/emea/',
  'https://name:word@smba.trafficmanager.net/emea/',
  'https://smba.trafficmanager.net/',
  'https://smba.trafficmanager.net/emea/?to=https://evil.example',
  'https://smba.trafficmanager.net/emea/#x',
  'https://smba.trafficmanager.net/emea/%2e%2e%2fv3',
  'https://smba.trafficmanager.net/emea//v3',
  'https://smba.infra.gov.teams.microsoft.us/teams/',
  'https://169.254.169.254/latest/meta-data',
  'https://127.0.0.1/teams',
  'http://[::ffff:169.254.169.254]/teams',
  'file:///etc/passwd',
  'teams',
  '',
])('attack: a token is never sent to %p', (text) => {
  expect(serviceAddress(text)).toBeUndefined();
});

test('on a laptop it is what stands in, and nothing else', () => {
  expect(serviceAddress('http://127.0.0.1:3006/teams', 'http://127.0.0.1:3006')).toBe('http://127.0.0.1:3006/teams');
  expect(serviceAddress('http://127.0.0.1:3005/teams', 'http://127.0.0.1:3006')).toBeUndefined();
  expect(serviceAddress('https://smba.trafficmanager.net/emea/', 'http://127.0.0.1:3006')).toBeUndefined();
  expect([connectorOf(), connectorOf('http://127.0.0.1:3006')]).toEqual([
    'https://smba.trafficmanager.net/teams',
    'http://127.0.0.1:3006/teams',
  ]);
});
