import type { Caller, Cloud } from '../../../scripts/deploy/cloud.ts';

export interface FakeAccount {
  readonly caller?: Caller | Error;
  /** Their types, by name. */
  readonly parameters?: Readonly<Record<string, string>> | Error;
  /** What seals some of them. */
  readonly keys?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly mailFrom?: readonly string[];
  readonly sandbox?: boolean;
  readonly tables?: readonly string[];
  readonly concurrency?: number | Error;
}

export interface FakeCloud extends Cloud {
  /** What was made, by name. */
  readonly made: Map<string, string>;
}

export const CALLER: Caller = {
  account: '777788889999',
  partition: 'aws',
  arn: 'arn:aws:iam::777788889999:role/Deployer',
};

const orThrow = <T>(value: T | Error): Promise<T> =>
  value instanceof Error ? Promise.reject(value) : Promise.resolve(value);

/** An account of AWS that is as it is told to be. */
export const fakeCloud = (account: FakeAccount = {}): FakeCloud => {
  const {
    caller = CALLER,
    parameters = {},
    keys = {},
    secrets = [],
    mailFrom = [],
    sandbox = false,
    tables = [],
    concurrency = 1000,
  } = account;
  const made = new Map<string, string>();
  return {
    made,
    caller: () => orThrow(caller),
    parameters: async (names) => {
      const found = Object.entries(await orThrow(parameters)).filter(([name]) => names.includes(name));
      return new Map(
        found.map(([name, type]) => [name, { type, ...(keys[name] === undefined ? {} : { key: keys[name] }) }]),
      );
    },
    hasSecret: (name) => Promise.resolve(secrets.includes(name)),
    mayMailFrom: (address) => Promise.resolve(mailFrom.includes(address)),
    mailIsInSandbox: () => Promise.resolve(sandbox),
    concurrency: () => orThrow(concurrency),
    hasTable: (name) => Promise.resolve(tables.includes(name)),
    makeSecret: (name, value) => {
      made.set(name, value);
      return Promise.resolve();
    },
  };
};
