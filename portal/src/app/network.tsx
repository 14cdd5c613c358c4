import { useEffect, useState } from 'preact/hooks';

const isOnline = (): boolean => navigator.onLine;

/** Says so while the browser has no network; what is shown is what was seen last. */
export const NetworkNotice = () => {
  const [online, setOnline] = useState(isOnline);
  useEffect(() => {
    const look = (): void => {
      setOnline(isOnline());
    };
    addEventListener('online', look);
    addEventListener('offline', look);
    return () => {
      removeEventListener('online', look);
      removeEventListener('offline', look);
    };
  }, []);
  return (
    <div role="status" class="band">
      {!online && <p class="notice">You are offline. What you see may be old; nothing can be asked for or decided.</p>}
    </div>
  );
};
