import { useEffect, useState } from 'preact/hooks';
import { Refused, serverNow } from './api.ts';

/** What went wrong, as the server's text; a sign-in that would help is one click away. */
export const Fault = ({ error }: { error: unknown }) => {
  if (error === undefined) return null;
  return (
    <p role="alert" class="fault">
      <bdi>{error instanceof Error ? error.message : 'Something went wrong.'}</bdi>{' '}
      {error instanceof Refused && error.loginUrl !== undefined && <a href={error.loginUrl}>Sign in again</a>}
    </p>
  );
};

/** `2 h 30 min`, `45 s`. */
export const durationText = (seconds: number): string => {
  const whole = Math.max(0, Math.floor(seconds));
  const parts: readonly [count: number, unit: string][] = [
    [Math.floor(whole / 3600), 'h'],
    [Math.floor((whole % 3600) / 60), 'min'],
    [whole % 60, 's'],
  ];
  const shown = parts.filter(([count, unit]) => count > 0 && (unit !== 's' || whole < 3600));
  return shown.length === 0 ? '0 s' : shown.map(([count, unit]) => `${count} ${unit}`).join(' ');
};

const local = new Intl.DateTimeFormat(undefined, {
  ...{ year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' },
  timeZoneName: 'short',
});

/** An instant in the reader's time zone, named, and in UTC, as logs have it. */
export const When = ({ at }: { at: string }) => (
  <time dateTime={at}>
    {local.format(new Date(at))} <small>({at.slice(0, 19).replace('T', ' ')} UTC)</small>
  </time>
);

/** Seconds until then by the server's clock, each second anew. */
export const Countdown = ({ until }: { until: string }) => {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(serverNow());
    }, 1000);
    return () => {
      clearInterval(timer);
    };
  }, []);
  return <span role="timer">{durationText((Date.parse(until) - now) / 1000)}</span>;
};
