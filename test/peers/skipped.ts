/** Jest is silent of a file whose tests are all skipped; whoever reads the output must see what was not tried. */
export const sayMissing = (peer: string, missing: string | undefined): void => {
  if (missing !== undefined) process.stdout.write(`SKIPPED: ${peer}, for there is no ${missing}\n`);
};
