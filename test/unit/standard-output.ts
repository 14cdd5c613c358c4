/** What is written to standard output while `act` runs. */
export const standardOutputOf = (act: () => void): string => {
  const written: unknown[] = [];
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (chunk: unknown) => written.push(chunk) > 0;
  try {
    act();
  } finally {
    process.stdout.write = write;
  }
  return written.join('');
};
