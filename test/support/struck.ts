/** What happens to the n-th call of a port: it never comes there, or it is done and its answer is lost. */
export interface Strike {
  readonly at: number;
  readonly how: 'crash' | 'lost answer';
}

export class StruckError extends Error {}

/** Does something just before the n-th call of all ports that it is put around. */
export const interrupter = (at: number, interrupt: () => Promise<unknown>) => {
  let calls = 0;
  const around = <T extends object>(port: T): T =>
    new Proxy(port, {
      get: (target, name, receiver) => {
        const member: unknown = Reflect.get(target, name, receiver);
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]): Promise<unknown> => {
          calls += 1;
          if (calls === at) await interrupt();
          return Reflect.apply(member, target, args);
        };
      },
    });
  return { around, wasReached: () => calls >= at };
};

/** Counts the calls of all ports that it is put around, and strikes one of them, once. */
export const striker = (strike: Strike | undefined) => {
  let calls = 0;
  let struck = false;
  const around = <T extends object>(port: T): T =>
    new Proxy(port, {
      get: (target, name, receiver) => {
        const member: unknown = Reflect.get(target, name, receiver);
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]): Promise<unknown> => {
          calls += 1;
          const here = calls === strike?.at;
          if (here && strike.how === 'crash') {
            struck = true;
            throw new StruckError(`before ${String(name)}`);
          }
          const answer: unknown = await Reflect.apply(member, target, args);
          if (here) {
            struck = true;
            throw new StruckError(`after ${String(name)}`);
          }
          return answer;
        };
      },
    });
  return { around, wasStruck: () => struck };
};
