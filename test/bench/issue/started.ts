/** The last line of a program: the CPU time of its whole life until here, in µs. */
export const sayStarted = (): void => {
  const { user, system } = process.cpuUsage();
  process.getBuiltinModule('node:fs').writeSync(1, `${user + system}\n`);
};
