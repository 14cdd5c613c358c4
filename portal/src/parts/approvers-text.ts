/** A group that several identity providers have by the same name is one to the reader. */
export const approversText = ({ groups, people }: { groups: readonly string[]; people: readonly string[] }): string => {
  const names = [...groups, ...people].map((name) => name.slice(name.indexOf(':') + 1));
  return [...new Set(names)].join(' or ');
};
