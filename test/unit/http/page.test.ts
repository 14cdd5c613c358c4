import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { hiddenFields, html, page, pagePolicy } from '../../../lib/http/page.ts';

describe('markup', () => {
  test('regression 15: XSS: text is escaped wherever it stands, once', () => {
    const hostile = `<b a="1" b='2'>&amp;`;
    const text = '&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;amp;';
    expect(html`<p title="${hostile}">${hostile}</p>`.markup).toBe(`<p title="${text}">${text}</p>`);
    expect(page(hostile, html``)).toContain(`<title>${text} – Hatcheck</title>`);
    expect(hiddenFields({ [hostile]: hostile })[0]?.markup).toBe(
      `<input type="hidden" name="${text}" value="${text}" />`,
    );
  });

  test('in markup stays as it is, a list on lines', () => {
    const items = ['a', '<'].map((text) => html`<b>${text}</b>`);
    expect(html`<i>${items}</i>`.markup).toBe('<i><b>a</b>\n<b>&lt;</b></i>');
    expect(html`<i>${items[1] ?? ''}</i>`.markup).toBe('<i><b>&lt;</b></i>');
  });
});

describe('the policy of a page', () => {
  test('allows its very style, and nothing else', () => {
    const style = /<style>(.*)<\/style>/s.exec(page('Title', html``))?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(pagePolicy()).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
    );
  });

  test('says where forms may go', () => {
    expect(pagePolicy("'self'")).toMatch(/; form-action 'self'$/);
  });
});
