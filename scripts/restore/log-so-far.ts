import { exportFolder } from '../../cli/audit/export-folder.ts';
import { parseCheckpoint } from '../../lib/broker/log/checkpoint.ts';
import { exportedCheckpoint } from '../../lib/broker/log/exported-checkpoint.ts';
import { frontierOf, rootOf } from '../../lib/broker/log/frontier.ts';
import { LOG, headOf, isExtension } from '../../lib/broker/log/head.ts';
import type { LedgerParts } from '../../lib/broker/log/ports.ts';
import type { Ledger, LedgerPairs } from '../../lib/broker/ports.ts';
import { RestoreError } from './restore-error.ts';

/** Events of `log` at a time. */
const PART = 100;

/**
 * What the ledger's own log is, as far as the export goes: `size:root`, to hold the export against like any checkpoint that was noted. A log that went
 * another way shows before anything is put. Undefined while it is empty.
 *
 * @throws RestoreError `another_event` where the log has no event that ends where the export does
 */
export const logSoFar = async (
  ledger: Ledger & LedgerPairs & LedgerParts,
  exportSize: number,
): Promise<string | undefined> => {
  const { last, frontier } = await headOf(ledger);
  if (frontier.size === 0 || !last) return undefined;
  if (frontier.size <= exportSize) return noted(frontier);
  for (let to = last.seq; to >= 0; to -= PART) {
    const events = (await ledger.part(LOG, Math.max(0, to - PART + 1), to)).filter(isExtension);
    const end = events.find(({ data }) => data.carried.size === exportSize);
    if (end) return noted(frontierOf(end.data.carried));
  }
  throw new RestoreError('another_event', `${LOG}, event ${exportSize}`);
};

const noted = (frontier: Parameters<typeof rootOf>[0]): string =>
  `${frontier.size}:${rootOf(frontier).toString('base64url')}`;

/** How many events its last checkpoint says that it covers; nothing of it was verified. @throws Failure for what is no export */
export const exportedSize = async (folder: string): Promise<number> => {
  const exported = await exportFolder(folder, () => {});
  let size = 0;
  for await (const part of exported.parts()) {
    const read = exportedCheckpoint(await part.content());
    if (read) size = sizeIn(read.checkpoint);
  }
  return size;
};

const sizeIn = (text: string): number => {
  try {
    return parseCheckpoint(text).size;
  } catch {
    // Verifying says what is wrong with it.
    return 0;
  }
};
