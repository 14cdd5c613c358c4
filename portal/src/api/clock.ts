/** How far the server's clock is ahead of this one, as of its last answer: what is left is counted by the server's. */
let aheadMs = 0;

/** Milliseconds of the epoch, by the server's clock. */
export const serverNow = (): number => Date.now() + aheadMs;

/** Takes the `Date` of an answer; without one, nothing changes. */
export const heardDate = (date: string | null): void => {
  const theirs = Date.parse(date ?? '');
  if (!Number.isNaN(theirs)) aheadMs = theirs - Date.now();
};
