import { CHROMIUM } from '../../support/chromium-program.ts';
import { quantile, spreadOf } from '../compare.ts';
import { measurePortal } from '../portal.ts';
import type { Section } from '../section.ts';

/** Whoever looks at thirty loads of a page has seen how it loads. */
const FULL_VISITS = 30;
const SHORT_VISITS = 10;

const HEADING = [
  ...['the portal, CPU slowed 4 times', 'usable after', 'nine in ten'],
  ...['bound', 'CPU at full speed', 'over the wire'],
];

export const portal: Section = async ({ rounds, isFull }) => {
  const measured = await measurePortal(Math.min(rounds, isFull ? FULL_VISITS : SHORT_VISITS));
  if (!measured) return { table: [], remarks: [`portal: skipped, there is no ${CHROMIUM}`] };
  const rows = measured.map(({ name, ms, cpuMs, bytes, boundMs }) => {
    const spread = spreadOf(ms).map((value) => value.toFixed(0));
    const cpu = `${quantile(cpuMs, 0.5).toFixed(0)} ms`;
    return [
      ...[name, `${quantile(ms, 0.5).toFixed(0)} ms`, `${spread.join(' to ')} ms`, `${boundMs} ms`],
      ...[cpu, `${(bytes / 1000).toFixed(0)} kB`],
    ];
  });
  return {
    table: [HEADING, ...rows],
    isGood: measured.every(({ ms, boundMs }) => quantile(ms, 0.5) <= boundMs),
  };
};
