import { AwsFault } from '../fault.ts';
import type { Parameters } from '../query.ts';

/** The texts of a list, `Name.member.1` and on. */
export function listOf(parameters: Parameters, name: string): string[] {
  return indices(parameters, name).map((i) => parameters.get(`${name}.member.${i}`) ?? '');
}

/** How many members a list of structures has, as far as they are numbered without a gap. */
export function indices(parameters: Parameters, name: string): number[] {
  const found = new Set<number>();
  const pattern = new RegExp(`^${name}\\.member\\.(\\d{1,6})(\\.|$)`);
  for (const key of parameters.keys()) {
    const index = pattern.exec(key)?.[1];
    if (index !== undefined) found.add(Number(index));
  }
  return [...found].sort((a, b) => a - b);
}

export interface Constraint {
  readonly min?: number;
  readonly max?: number;
  /** As AWS prints it; matched against the whole text. */
  readonly pattern?: string;
}

/** Collects what is wrong with the members of a request, in the words of the service. */
export class Validation {
  readonly #faults: string[] = [];

  text(at: string, value: string | undefined, constraint: Constraint): void {
    if (value === undefined) {
      this.#add(at, 'null', 'Member must not be null');
      return;
    }
    const { min = 0, max = Infinity, pattern } = constraint;
    const shown = `'${value}'`;
    if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`, 'u').test(value)) {
      this.#add(at, shown, `Member must satisfy regular expression pattern: ${pattern}`);
    }
    if (value.length < min) this.#add(at, shown, `Member must have length greater than or equal to ${min}`);
    if (value.length > max) this.#add(at, shown, `Member must have length less than or equal to ${max}`);
  }

  number(at: string, value: number, min: number, max: number): void {
    if (value < min) this.#add(at, `'${value}'`, `Member must have value greater than or equal to ${min}`);
    if (value > max) this.#add(at, `'${value}'`, `Member must have value less than or equal to ${max}`);
  }

  count(at: string, length: number, max: number): void {
    if (length > max) this.#add(at, `'[${length} members]'`, `Member must have length less than or equal to ${max}`);
  }

  /** Throws one AwsFault ValidationError with everything that was found; nothing when all was well. */
  finish(): void {
    const count = this.#faults.length;
    if (count === 0) return;
    const noun = count === 1 ? 'error' : 'errors';
    throw new AwsFault(400, 'ValidationError', `${count} validation ${noun} detected: ${this.#faults.join('; ')}`);
  }

  #add(at: string, shown: string, constraint: string): void {
    this.#faults.push(`Value ${shown} at '${at}' failed to satisfy constraint: ${constraint}`);
  }
}
