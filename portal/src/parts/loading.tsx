import { useEffect, useState } from 'preact/hooks';

/** Says so only when it takes a while: what is there at once should not flicker. */
export const Loading = () => {
  const [isSlow, setIsSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => {
      setIsSlow(true);
    }, 300);
    return () => {
      clearTimeout(timer);
    };
  }, []);
  return (
    <p role="status" class="faint">
      {isSlow ? 'Loading…' : ''}
    </p>
  );
};
