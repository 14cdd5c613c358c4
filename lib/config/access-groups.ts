import * as z from 'zod';
import { onCallName } from '../domain/on-call.ts';
import { distinct, fault, lineOf } from './access-words.ts';

/**
 * `{groups: […]}`, each group qualified by the provider that says it. The prefix may be left out where there is one provider; a
 * group whose own name has a colon in it is always written with its prefix. `oncall:<name>` are those who are on call.
 */
export const groupsFrom = (providerIds: readonly string[], onCall: readonly string[] = []) =>
  z.strictObject({ groups: distinct(lineOf(256).transform(qualifier(providerIds, onCall)), 50) });

export type Groups = ReturnType<typeof groupsFrom>;

const qualifier =
  (providerIds: readonly string[], onCall: readonly string[]) => (text: string, context: z.RefinementCtx<string>) => {
    const colon = text.indexOf(':');
    const [only, ...others] = providerIds;
    if (colon >= 0) {
      const prefix = text.slice(0, colon);
      const name = onCallName(text);
      if (name !== undefined) {
        if (!onCall.includes(name)) context.addIssue(fault('unknown_on_call', 'is not one of onCall'));
      } else if (!providerIds.includes(prefix))
        context.addIssue(fault('unknown_provider', `there is no identity provider ${JSON.stringify(prefix)}`));
      else if (colon === text.length - 1) context.addIssue(fault('invalid_group', 'must name a group after the colon'));
      return text;
    }
    if (others.length > 0)
      context.addIssue(fault('ambiguous_group', `must say whose group it is: ${providerIds.join(':…, ')}:…`));
    return `${only ?? ''}:${text}`;
  };
