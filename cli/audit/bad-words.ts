import type { BadPlace, Sign } from '../../lib/broker/log/bad-place.ts';
import { red, say } from '../print.ts';

const SIGNS: Readonly<Record<Sign, string>> = {
  line: 'the line is not as an export writes it, or what stands beside the event’s text is not what the text says',
  content: 'it is not what the log has at this place',
  text: 'the log has its hash, and its text is gone: before it was exported, or from the file since',
  canonical: 'its text is no event in canonical JSON',
  chain: 'it does not continue the event before it in its stream',
  leaves: 'the hashes beside the checkpoint are not those of the log',
  root: 'neither the events nor the hashes beside the checkpoint make its root',
  checkpoint: 'the file is not as an export writes a checkpoint',
  key: 'the checkpoint says that it was signed by a key that was not given',
  signature: 'the key did not sign this checkpoint',
  missing: 'the checkpoint that belongs here is not there',
  previous: 'the checkpoint does not continue the one before it',
  size: 'the log was longer in the checkpoint before it',
  time: 'the checkpoint is older than the one before it',
  name: 'the checkpoint is of another log',
  noted: 'the checkpoint that was noted says otherwise',
  place: 'the file is no part of the export, or lies in another place than its own',
};

/** Says where it is, what became of it, and how that shows. */
export const sayBad = ({ what, sign, index, to, stream, seq, file, line, checkpoint, kid }: BadPlace): void => {
  const range = index === undefined || to === undefined || to === index ? undefined : `${index} to ${to}`;
  const place = [
    ...(index === undefined ? [] : [range === undefined ? `index ${index}` : `somewhere in index ${range}`]),
    ...(stream === undefined ? [] : [stream, `seq ${seq ?? '?'}`]),
  ];
  say(`${red('not as it was written')}: ${[...place, what].join(', ')}`);
  const where = [
    ...(file === undefined ? [] : [line === undefined ? file : `${file}, line ${line}`]),
    ...(checkpoint === undefined ? [] : [`checkpoint ${checkpoint} shows it`]),
  ];
  say(`  ${SIGNS[sign]}${kid === undefined ? '' : ` (${kid})`}${where.length > 0 ? `: ${where.join('; ')}` : ''}`);
};
