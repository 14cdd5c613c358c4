/** An object as it came from outside: nothing is known of its members. Read them with `memberOf`. */
export type JsonObject = Readonly<Record<string, unknown>>;

export interface JsonLimits {
  readonly maxDepth: number;
  /** Over all objects in the text together. */
  readonly maxMembers: number;
}

const STRINGS = /"[^"\\]*(?:\\.[^"\\]*)*"/g;

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Parses an object, and refuses what two readers could read differently: invalid UTF-8, a byte order mark, a member name that occurs
 * twice (RFC 8725, 3.7: JSON.parse would keep the last). @returns undefined for anything but one such object within the limits.
 */
export const jsonObject = (bytes: Uint8Array, limits: JsonLimits): JsonObject | undefined => {
  try {
    const text = UTF8.decode(bytes);
    const value: unknown = JSON.parse(text);
    if (!isJsonObject(value)) return undefined;
    const members = membersIn(value, limits.maxDepth);
    return members <= limits.maxMembers && members === colonsIn(text) ? value : undefined;
  } catch {
    return undefined;
  }
};

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An own member only: `__proto__` and `constructor` are names like any other. */
export const memberOf = (object: JsonObject, name: string): unknown =>
  Object.hasOwn(object, name) ? object[name] : undefined;

/** Outside of strings valid JSON has one colon a member; members with the same name collapse when parsed, their colons do not. */
const colonsIn = (text: string): number => text.replace(STRINGS, '').split(':').length - 1;

const membersIn = (value: unknown, depthLeft: number): number => {
  if (typeof value !== 'object' || value === null) return 0;
  if (depthLeft === 0) return Number.POSITIVE_INFINITY;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce<number>((sum, member) => sum + membersIn(member, depthLeft - 1), own);
};
