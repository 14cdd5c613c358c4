import { AwsFault } from '../fault.ts';

/** Those of "Key states of KMS keys" (KMS developer guide) that a key which was made here can get into. */
type KeyState = 'Enabled' | 'Disabled' | 'PendingDeletion';

/** What may become of each state, by operation; anything else is a KMSInvalidStateException. */
const CHANGES: Readonly<Record<string, { readonly from: readonly KeyState[]; readonly to: KeyState }>> = {
  EnableKey: { from: ['Enabled', 'Disabled'], to: 'Enabled' },
  DisableKey: { from: ['Enabled', 'Disabled'], to: 'Disabled' },
  ScheduleKeyDeletion: { from: ['Enabled', 'Disabled'], to: 'PendingDeletion' },
  // Not enabled: whoever takes a key back says so separately.
  CancelKeyDeletion: { from: ['PendingDeletion'], to: 'Disabled' },
};

export const STATE_CHANGES = Object.keys(CHANGES);

export interface KeyStates {
  /** @throws AwsFault DisabledException, KMSInvalidStateException */
  checkUsable(arn: string): void;
  /** @returns what the operation answers @throws AwsFault KMSInvalidStateException */
  change(operation: string, arn: string): object;
}

/** The states of keys, all enabled to begin with. */
export const keyStates = (): KeyStates => {
  const states = new Map<string, KeyState>();
  const stateOf = (arn: string): KeyState => states.get(arn) ?? 'Enabled';
  return {
    checkUsable: (arn) => {
      const state = stateOf(arn);
      if (state === 'Disabled') throw new AwsFault(400, 'DisabledException', `${arn} is disabled.`);
      if (state === 'PendingDeletion') throw invalidState(arn, state);
    },
    change: (operation, arn) => {
      const { from, to } = CHANGES[operation] ?? { from: [], to: stateOf(arn) };
      if (!from.includes(stateOf(arn))) throw invalidState(arn, stateOf(arn));
      states.set(arn, to);
      return operation.endsWith('Deletion') ? { KeyId: arn, KeyState: to } : {};
    },
  };
};

const invalidState = (arn: string, state: KeyState): AwsFault =>
  new AwsFault(400, 'KMSInvalidStateException', `${arn} is ${state}.`);
