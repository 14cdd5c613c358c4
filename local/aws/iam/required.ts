import { AwsFault } from '../fault.ts';
import type { Parameters } from '../query.ts';

/** @throws AwsFault ValidationError when it is not there */
export const required = (parameters: Parameters, name: string): string => {
  const value = parameters.get(name);
  if (value === undefined || value === '') throw new AwsFault(400, 'ValidationError', `${name} must not be empty`);
  return value;
};
