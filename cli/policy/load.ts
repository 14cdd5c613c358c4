import type { CompiledAccess } from '../../lib/config/access.ts';
import { Failure } from '../failure.ts';
import { policyText } from './policy-text.ts';

const { parseAccess } = await import('../../lib/config/access-file.ts');
const { AccessFileError, printed } = await import('../../lib/config/access-fault.ts');

/** The access policy, in order. @throws Failure 2 with its first fault; the file system's error */
export const loadPolicy = (reference: string): CompiledAccess => {
  const { text, options } = policyText(reference);
  return inOrder(() => parseAccess(text, options));
};

/** What the reader of a file makes of it. @throws Failure 2 with the first fault of the file */
export const inOrder = <T>(read: () => T): T => {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof AccessFileError)) throw error;
    const [first] = error.faults;
    const more = error.faults.length > 1 ? ` (and ${error.faults.length - 1} more)` : '';
    throw new Failure(2, `${first ? printed(first) : 'not in order'}${more}`, { cause: error });
  }
};
