import { member, text, texts } from '../json.ts';
import { visibleLine } from './visible.ts';

/** A person as the API names them: by the address that their provider verified, else by their own name and the handle that nobody else has. */
export const personText = (person: unknown): string => {
  const [email, name, handle] = [text(person, 'email'), text(person, 'displayName'), text(person, 'handle')];
  return visibleLine(email ?? (name === undefined ? handle : `${name} (${handle ?? ''})`) ?? 'somebody');
};

/** Approvers, as access.yml names them. */
export const approversText = (from: unknown): string =>
  visibleLine([...texts(from, 'groups'), ...texts(from, 'people')].join(' or ') || 'nobody');

/** Whose yes, and in which order, of stages as the API shows them. */
export const stagesText = (stages: readonly unknown[], isParallel: boolean): string =>
  stages
    .map((stage) => {
      const count = Number(member(stage, 'count') ?? 1);
      return `${count === 1 ? '' : `${count} of `}${approversText(member(stage, 'from'))}`;
    })
    .join(isParallel ? ' and ' : ', then ');
