import { useEffect, useState } from 'preact/hooks';
import { serverNow } from '../api/clock.ts';
import { durationText } from './duration.ts';

/** Made when the first instant is shown: it takes as long as all the rest of the first page's script. */
let local: Intl.DateTimeFormat | undefined;
const localText = (at: string): string => {
  local ??= new Intl.DateTimeFormat(undefined, {
    ...{ year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' },
    timeZoneName: 'short',
  });
  return local.format(new Date(at));
};

/** An instant in the reader's time zone, named, and in UTC, as logs have it. */
export const When = ({ at }: { at: string }) => (
  <time dateTime={at}>
    {localText(at)} <small>({at.slice(0, 19).replace('T', ' ')} UTC)</small>
  </time>
);

/** Milliseconds of the epoch by the server's clock, each second anew. */
export const useNow = (): number => {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(serverNow());
    }, 1000);
    return () => {
      clearInterval(timer);
    };
  }, []);
  return now;
};

/** What is left until then. A screen reader reads it when it comes there, and is not told each second. */
export const Countdown = ({ until }: { until: string }) => (
  <span role="timer">{durationText((Date.parse(until) - useNow()) / 1000)}</span>
);
