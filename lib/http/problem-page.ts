import { type Html, html, page } from './page.ts';
import type { ProblemDocument } from './problem.ts';

/**
 * A problem document for the eyes of whoever a browser brought here. The way on is the portal: its page of the request that the call was about, else
 * its first, where every sign-in begins.
 */
export const problemPage = (
  { title, detail, code, instance, loginUrl, errors = [] }: ProblemDocument,
  calledPath = '/',
): string =>
  page(
    title,
    html`<h1>${title}</h1>
      <p>${detail}</p>
      ${faultList(errors)}
      <p>${loginUrl === undefined ? wayOn(calledPath) : html`<a href="${loginUrl}">Sign in again</a>`}</p>
      <p>
        <small><code>${code}</code> <code>${instance}</code></small>
      </p>`,
  );

const wayOn = (calledPath: string): Html => {
  const [, id] = /^\/v1\/requests\/(r_[A-Z2-7]{26})\//.exec(calledPath) ?? [];
  return id === undefined ? html`<a href="/">Try again</a>` : html`<a href="/requests/${id}">Back to the request</a>`;
};

const faultList = (errors: NonNullable<ProblemDocument['errors']>): readonly Html[] => {
  const faults = errors.map(({ pointer, detail }) => html`<li><code>${pointer}</code> ${detail}</li>`);
  return faults.length > 0
    ? [
        html`<ul>
          ${faults}
        </ul>`,
      ]
    : [];
};

/** Whether the caller asks for HTML by its name: a browser that opens an address does, a client that takes anything does not (RFC 9110, 12.5.1). */
export const wantsPage = (accept: string | undefined): boolean =>
  (accept ?? '').split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    return type === 'text/html' && !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
  });
