import { AwsFault } from '../fault.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Parses a request body. Throws an AwsFault SerializationException unless it is a JSON object. */
export function readJson(body: Buffer): JsonObject {
  try {
    const value: unknown = JSON.parse(body.toString());
    if (isObject(value)) return value;
  } catch {
    // Answered below, like any other body that is no object.
  }
  throw new AwsFault(400, 'SerializationException', 'The request is not a JSON object');
}

/** Whether it is a JSON object; an array is not. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member that is there itself, not inherited from a prototype. */
export function member(object: unknown, name: string): unknown {
  return isObject(object) && Object.hasOwn(object, name) ? object[name] : undefined;
}

/** A list's objects; nothing for what is no list. */
export function objects(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
