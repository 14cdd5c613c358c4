import { measureVerify } from '../audit/verify-export.ts';
import { times } from '../markdown.ts';
import type { Section } from '../section.ts';

const SHORT = [10_000, 100_000];
const FULL = [...SHORT, 1_000_000];
const MOST_MB = 200;
/** Between an export of ten thousand events and one of a million. */
const MOST_GROWTH = 1.2;
const MOST_RUNS = 3;

const HEADING = [
  ...['verify an export', 'on disk', 'streams', 'CPU an event', 'over the first'],
  ...['bound', 'most memory', 'bound', 'by the clock'],
];

export const audit: Section = async ({ rounds, isFull }) => {
  const measured = await measureVerify(isFull ? FULL : SHORT, Math.min(rounds, MOST_RUNS));
  const base = measured[0]?.cpuUs ?? 0;
  const rows = measured.map(({ events, megabytes, streams, cpuUs, maxRssMb, seconds }) => [
    ...[`${events} events`, `${megabytes.toFixed(0)} MB`, String(streams)],
    ...[`${cpuUs.toFixed(1)} µs`, times(cpuUs / base), times(MOST_GROWTH)],
    ...[`${maxRssMb.toFixed(0)} MB`, `${MOST_MB} MB`, `${seconds.toFixed(1)} s`],
  ]);
  return {
    table: [HEADING, ...rows],
    isGood: measured.every(({ cpuUs, maxRssMb }) => cpuUs / base <= MOST_GROWTH && maxRssMb <= MOST_MB),
  };
};
