/** `2 h 30 min`, `45 s`, each number beside its unit; below zero it is `0 s`. */
export const durationText = (seconds: number): string => {
  const whole = Math.max(0, Math.floor(seconds));
  const parts: readonly [count: number, unit: string][] = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor((whole % 86_400) / 3600), 'h'],
    [Math.floor((whole % 3600) / 60), 'min'],
    [whole % 60, 's'],
  ];
  const shown = parts.filter(([count, unit]) => count > 0 && (unit !== 's' || whole < 3600));
  return shown.length === 0 ? '0\u00a0s' : shown.map(([count, unit]) => `${count}\u00a0${unit}`).join(' ');
};
