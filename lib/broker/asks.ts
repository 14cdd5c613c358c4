import { HatcheckError, badInput } from '../domain/errors.ts';
import type { Ask } from './submit-request.ts';

/** What a caller may ask for in one call: one entitlement, or several at once. */
export type Asked = Omit<Ask, 'entitlementId'> & {
  readonly entitlementId?: string;
  readonly entitlementIds?: readonly string[];
};

/** @throws HatcheckError `invalid_input` unless it is either the one or the others, and break-glass one by one. */
export const asksOf = ({ entitlementId, entitlementIds, ...rest }: Asked): readonly [Ask, ...Ask[]] => {
  if (entitlementIds === undefined) {
    if (entitlementId === undefined) throw refused('/entitlementId', 'required', 'one entitlement, or entitlementIds');
    return [{ entitlementId, ...rest }];
  }
  if (entitlementId !== undefined) throw refused('/entitlementIds', 'not_allowed', 'not beside entitlementId');
  if (rest.breakGlass) throw refused('/breakGlass', 'not_allowed', 'break-glass is one at a time');
  const twice = entitlementIds.findIndex((id, index) => entitlementIds.indexOf(id) < index);
  if (twice >= 0) throw refused(`/entitlementIds/${twice}`, 'duplicate', 'it is named twice');
  const [first, ...others] = entitlementIds.map((id) => ({ entitlementId: id, ...rest }));
  if (!first) throw refused('/entitlementIds', 'too_short', 'at least one');
  return [first, ...others];
};

const refused = (pointer: string, code: string, detail: string): HatcheckError =>
  new HatcheckError(badInput(pointer, code, detail));
