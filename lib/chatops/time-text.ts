import type { Instant } from '../domain/principal.ts';

/** `2026-03-02 12:00 UTC`. */
export const timeText = (at: Instant): string => `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
