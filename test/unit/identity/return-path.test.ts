import { expect, test } from '@jest/globals';
import { returnPath } from '../../../lib/identity/return-path.ts';

test.each([
  [undefined, '/'],
  ['/', '/'],
  ['/requests?status=pending&x=%C3%A9#top', '/requests?status=pending&x=%C3%A9#top'],
  [`/${'a'.repeat(2047)}`, `/${'a'.repeat(2047)}`],
])('%s is a path of ours', (asked, path) => {
  expect(returnPath(asked)).toBe(path);
});

test.each([
  ...['', 'a', 'requests', 'https://evil.example.com/', '//evil.example.com', '/\\evil.example.com', '/a//b'],
  ...['/%5cevil.example.com', '/%5Cevil', '/%2f/evil', '/%2Fevil', '/a%00', '/a%0d%0aSet-Cookie:x', '/a%1F', '/a%7f'],
  ...['/a%', '/a%4', '/a%4z', '/a%z4', '/a b', '/a\n', '/\t/evil', '/a@evil', '/é', 'javascript:alert(1)//'],
  `/${'a'.repeat(2048)}`,
])('attack: %j does not lead out of here', (asked) => {
  expect(() => returnPath(asked)).toThrow(
    expect.objectContaining({
      refusal: expect.objectContaining({
        code: 'invalid_input',
        faults: [expect.objectContaining({ pointer: '/returnTo', code: 'invalid_format' })],
      }),
    }),
  );
});
