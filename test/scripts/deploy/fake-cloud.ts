import type { Caller, Cloud } from '../../../scripts/deploy/cloud.ts';

export interface FakeAccount {
  readonly caller?: Caller | Error;
  /** Their types, by name. */
  readonly parameters?: Readonly<Record<string, string>> | Error;
  readonly secrets?: readonly string[];
  readonly mailFrom?: readonly string[];
  readonly sandbox?: boolean;
  readonly tables?: readonly string[];
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
  const { caller = CALLER, parameters = {}, secrets = [], mailFrom = [], sandbox = false, tables = [] } = account;
  const made = new Map<string, string>();
  return {
    made,
    caller: () => orThrow(caller),
    parameterTypes: async (names) => {
      const types = Object.entries(await orThrow(parameters));
      return new Map(types.filter(([name]) => names.includes(name)));
    },
    hasSecret: (name) => Promise.resolve(secrets.includes(name)),
    mayMailFrom: (address) => Promise.resolve(mailFrom.includes(address)),
    mailIsInSandbox: () => Promise.resolve(sandbox),
    hasTable: (name) => Promise.resolve(tables.includes(name)),
    makeSecret: (name, value) => {
      made.set(name, value);
      return Promise.resolve();
    },
  };
};
