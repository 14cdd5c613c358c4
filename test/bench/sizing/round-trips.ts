/** Whatever waits at once is one round trip: it goes on when nothing else happens any more. */
export const roundTrips = () => {
  const waiting: (() => void)[] = [];
  let trips = 0;
  const trip = (): Promise<void> => new Promise((resolve) => waiting.push(resolve));
  const drive = async (work: Promise<unknown>): Promise<number> => {
    const over = new AbortController();
    void work.finally(() => {
      over.abort();
    });
    while (!over.signal.aborted) {
      await new Promise(setImmediate);
      if (waiting.length > 0) trips += 1;
      for (const go of waiting.splice(0)) go();
    }
    return trips;
  };
  return { trip, drive };
};

/** The same port, a round trip away. */
export const delayed = <Port extends object>(port: Port, trip: () => Promise<void>): Port =>
  new Proxy(port, {
    get: (target, name): unknown => {
      const found: unknown = Reflect.get(target, name);
      if (typeof found !== 'function') return found;
      return async (...args: unknown[]): Promise<unknown> => {
        await trip();
        return Reflect.apply(found, target, args) as unknown;
      };
    },
  });
