import type { ProblemDocument } from './problem.ts';

/**
 * A problem document for the eyes of whoever a browser brought here: complete without scripts and styles, which the policy of our
 * answers forbids. The way on is the portal, where every sign-in begins.
 */
export const problemPage = ({ title, detail, code, instance, errors = [] }: ProblemDocument): string => {
  const faults = errors.map((fault) => `<li><code>${escaped(fault.pointer)}</code> ${escaped(fault.detail)}</li>`);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)} – Hatcheck</title>
<h1>${escaped(title)}</h1>
<p>${escaped(detail)}</p>
${faults.length > 0 ? `<ul>${faults.join('')}</ul>\n` : ''}<p><a href="/">Try again</a></p>
<p><small><code>${escaped(code)}</code> <code>${escaped(instance)}</code></small></p>
</html>
`;
};

/** Whether the caller asks for HTML by its name: a browser that opens an address does, a client that takes anything does not (RFC 9110, 12.5.1). */
export const wantsPage = (accept: string | undefined): boolean =>
  (accept ?? '').split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    return type === 'text/html' && !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
  });

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
