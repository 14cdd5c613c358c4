import { describe, expect, test } from '@jest/globals';
import { checkTags } from '../../../../lib/identity/saml/well-formed.ts';
import { codeOf } from '../memory.ts';

const outcome = (text: string): Promise<string> =>
  codeOf(
    Promise.resolve().then(() => {
      checkTags(text);
    }),
  );

const attributes = (count: number): string => Array.from({ length: count }, (_, index) => ` a${index}="1"`).join('');
const nested = (depth: number): string => `${'<a>'.repeat(depth)}${'</a>'.repeat(depth)}`;

describe('tags', () => {
  test.each([
    '<a/>',
    '<a></a>',
    '<p:a-1._\n b = "1"\tc=\'"\' />\r\n ',
    '<a>text<b/>text<c>></c></a>',
    '<a b=""/>',
    '<a b=">"/>',
    '<a ></a >',
  ])('that fit are taken: %j', async (text) => {
    await expect(outcome(text)).resolves.toBe('accepted');
  });

  test.each([
    ...['<a>', '<a><b></a></b>', '</a>', '<a/></a>', '<a></b>', '<a></a b="1">', '<a></a/>', '<a></a b="1"/>'],
    ...['<a/>x', '<a/>\u00a0', '<a/', '<a b/>', '<a b=1/>', '<a b="<"/>', '<a b="1"c="2"/>', '< a/>', '<1/>', '<a:/>'],
    ...['<:a/>', '<é/>', '<a b="1\'/>', 'x<a/>', '<a><b></b>', '<a/ >', '<a:b:c/>'],
  ])('that do not are malformed: %j', async (text) => {
    await expect(outcome(text)).resolves.toBe('malformed');
  });

  test('are no more than a parser should have to look at', async () => {
    await expect(outcome('<a/>'.repeat(4097))).resolves.toBe('accepted');
    await expect(outcome('<a/>'.repeat(4098))).resolves.toBe('too_large');
    await expect(outcome(`<a${attributes(32)}/>`)).resolves.toBe('accepted');
    await expect(outcome(`<a${attributes(33)}/>`)).resolves.toBe('too_large');
    await expect(outcome(`<a${attributes(32).replaceAll('="', ' = "')}/>`)).resolves.toBe('accepted');
    await expect(outcome(`<a${attributes(33).replaceAll('="', ' = "')}/>`)).resolves.toBe('too_large');
    await expect(outcome(nested(32))).resolves.toBe('accepted');
    await expect(outcome(nested(33))).resolves.toBe('structure');
  });
});
