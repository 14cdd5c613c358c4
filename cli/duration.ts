import { Failure } from './failure.ts';

const FORM = /^(?:(\d{1,3})d)?(?:(\d{1,3})h)?(?:(\d{1,4})m)?(?:(\d{1,5})s)?$/;

/** `1h`, `90m`, `1h30m`, `7d` as seconds. @throws Failure 2 for anything else */
export const durationSeconds = (given: string): number => {
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = (FORM.exec(given.trim()) ?? [])
    .slice(1)
    .map((part: string | undefined) => Number(part ?? 0));
  const total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
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
