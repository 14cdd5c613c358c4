/** Functions as a bundle has them, each one way to behave. */
let calls = 0;

const behaviours = {
  environment: () => Object.fromEntries(Object.entries(process.env)),
  context: (_event, context) => ({ ...context, remaining: context.getRemainingTimeInMillis() }),
  count: () => (calls += 1),
  nothing: () => undefined,
  fails: () => {
    throw new RangeError('out of range');
  },
  exits: () => process.exit(3),
  hangs: () => new Promise(() => undefined),
  spins: () => {
    for (;;);
  },
  logs: () => {
    console.log('{"message":"hello"}');
    console.error('two\nlines');
  },
  throwsLater: () =>
    new Promise(() =>
      setImmediate(() => {
        throw new Error('nobody catches this');
      }),
    ),
  answers: () => ({ statusCode: 200, body: 'from a bundle' }),
};

const waiting = [];

/** Answers all calls of a group when the last of them has come: only calls that run at once ever end. */
const meet = (event) =>
  new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length === event.of) for (const done of waiting.splice(0)) done(event.of);
  });

export const handler = async (event, context) =>
  event.behave === 'meet' ? meet(event) : behaviours[event.behave ?? 'answers'](event, context);
