/**
 * Does the work for all of them: those of one turn one after the other, of several turns at once.
 *
 * @param turns each is taken up when a lane is free
 * @param lanes at most so many turns at once; at least 1
 * @returns when all is done; rejects with the first failure, after which lanes that did not fail go on
 */
export const sideBySide = async <T>(
  turns: Iterable<readonly T[]>,
  lanes: number,
  work: (item: T) => Promise<void>,
): Promise<void> => {
  const left = turns[Symbol.iterator]();
  const lane = async (): Promise<void> => {
    for (let turn = left.next(); !turn.done; turn = left.next()) for (const item of turn.value) await work(item);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
};
