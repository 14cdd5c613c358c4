import { expect, test } from '@jest/globals';
import { isIpBlock } from '../../../lib/config/ip-block.ts';

test.each(['203.0.113.9', '203.0.113.0/24', '10.0.0.0/1', '203.0.113.9/32', '2001:db8::1', '2001:db8::/32', '::1/128'])(
  '%s is one',
  (text) => {
    expect(isIpBlock(text)).toBe(true);
  },
);

test.each([
  ...['', 'example.com', '203.0.113', '203.0.113.256', '203.0.113.0/', '203.0.113.0/33', '2001:db8::/129', '::g'],
  ...['203.0.113.0/-1', '203.0.113.0/ 8', ' 203.0.113.9', '203.0.113.9\n', '203.0.113.0/24/24', '0x7f.1', '1:2'],
  // Everybody: whoever writes that means something else.
  ...['0.0.0.0/0', '::/0'],
])('%j is none', (text) => {
  expect(isIpBlock(text)).toBe(false);
});
