/** Without the members that are undefined. */
export const present = <T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } => {
  const kept: { [K in keyof T]?: Exclude<T[K], undefined> } = {};
  for (const key in members) {
    const value = members[key];
    if (isPresent(value)) kept[key] = value;
  }
  return kept;
};

const isPresent = <T>(value: T): value is Exclude<T, undefined> => value !== undefined;
