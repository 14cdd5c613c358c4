import * as z from 'zod';
import type { Approvers, PersonRef } from '../domain/principal.ts';
import type { Groups } from './access-groups.ts';
import { distinct, fault, lineOf } from './access-words.ts';
import { present } from './present.ts';

/** `{groups: […], people: […]}`, at least one of the two. A person is always written with their provider: `okta:00u1`. */
export const approversFrom = (groups: Groups, providersOfPeople: readonly string[]) =>
  z
    .strictObject({
      groups: groups.shape.groups.optional(),
      people: distinct(
        lineOf(320).check(({ value, issues }) => {
          const { provider, subject } = partsOf(value);
          if (!providersOfPeople.includes(provider))
            issues.push({
              ...fault('unknown_provider', 'must begin with an identity provider that people sign in at, and a colon'),
              input: value,
            });
          else if (subject === '')
            issues.push({ ...fault('invalid_person', 'must name a subject after the colon'), input: value });
        }),
        50,
      ).optional(),
    })
    .refine(({ groups: some, people }) => some !== undefined || people !== undefined, {
      error: 'must have groups or people',
      params: { code: 'required' },
    });

export type ApproversSchema = ReturnType<typeof approversFrom>;

/** @param issuers by the id of the provider */
export const compileApprovers = (
  { groups = [], people }: z.infer<ApproversSchema>,
  issuers: ReadonlyMap<string, string>,
): Approvers => ({
  groups,
  ...present({ people: people?.map((text) => personRef(text, issuers)) }),
});

const personRef = (text: string, issuers: ReadonlyMap<string, string>): PersonRef => {
  const { provider, subject } = partsOf(text);
  // Of a provider with faults no issuer is known; then nothing of the file is taken.
  return { provider, issuer: issuers.get(provider) ?? '', subject };
};

const partsOf = (text: string): { readonly provider: string; readonly subject: string } => {
  const colon = text.indexOf(':');
  return colon < 0 ? { provider: '', subject: '' } : { provider: text.slice(0, colon), subject: text.slice(colon + 1) };
};
