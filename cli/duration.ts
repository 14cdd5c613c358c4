import { Failure } from './failure.ts';

const FORM = /^(?:(\d{1,3})h)?(?:(\d{1,4})m)?(?:(\d{1,5})s)?$/;

/** `1h`, `90m`, `1h30m` as seconds. @throws Failure 2 for anything else */
export const durationSeconds = (given: string): number => {
  const [, hours, minutes, seconds] = FORM.exec(given.trim()) ?? [];
  const total = Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
  if (total === 0) throw new Failure(2, `${given} is no duration; say it such as 45m, 1h or 1h30m`);
  return total;
};

/** As people say it: `1h30m`; seconds only where there are no hours. */
export const inWords = (totalSeconds: number): string => {
  const [hours, minutes, seconds] = [totalSeconds / 3600, (totalSeconds % 3600) / 60, totalSeconds % 60].map(
    Math.floor,
  );
  const parts = [
    ...(hours ? [`${hours}h`] : []),
    ...(minutes ? [`${minutes}m`] : []),
    ...(seconds && !hours ? [`${seconds}s`] : []),
  ];
  return parts.join('') || '0s';
};
