import type { AskForm } from './port.ts';

/** What anybody would choose, as far as one of them may be asked for so long. */
export const durationChoices = (
  entitlements: AskForm['entitlements'],
): readonly { readonly title: string; readonly seconds: number }[] => {
  const most = Math.max(900, ...entitlements.map(({ maxDurationSeconds }) => maxDurationSeconds));
  return [900, 1800, 3600, 7200, 14_400, 28_800, 43_200]
    .filter((seconds) => seconds <= most)
    .map((seconds) => ({ seconds, title: seconds < 3600 ? `${seconds / 60} min` : `${seconds / 3600} h` }));
};
