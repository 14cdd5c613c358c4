import type { Entitlement } from '../../../lib/domain/entitlement.ts';
import type { Principal } from '../../../lib/domain/principal.ts';
import type { Refused, Row, Scene } from './scene.ts';

export const ANY_POLICY = 'What decides goes by the access policy that was deployed last.';
export const NO_HOLD = 'No hold is in force on anybody or anything that takes part.';

type SignedIn = (scene: Scene, overrides: Partial<Entitlement>, signIn: Partial<Principal>) => Promise<Refused>;

/** Of an act that asks how its actor is signed in: the entitlement that asks, and a sign-in that is not enough. */
export const signInRows = (
  act: string,
  refused: SignedIn,
  demands: 'requires' | 'approverRequires' = 'requires',
): readonly Row[] => [
  {
    of: `${act}.groupsFresh`,
    ...{ code: 'step_up_required', says: 'Your groups were fetched within 10 min.' },
    refused: (scene) => refused(scene, { groupsMaxAgeSeconds: 600 }, { groupsAt: scene.secondsAgo(700) }),
  },
  {
    of: `${act}.mfa`,
    ...{ code: 'step_up_required', says: 'Signed in with more than one factor.' },
    refused: (scene) => refused(scene, { [demands]: { mfa: true } }, {}),
  },
  {
    of: `${act}.signInAge`,
    ...{ code: 'step_up_required', says: 'Signed in within 15 min.' },
    refused: (scene) =>
      refused(
        scene,
        { [demands]: { mfa: false, authenticatedWithinSeconds: 900 } },
        { authenticatedAt: scene.secondsAgo(1000) },
      ),
  },
  ...(demands === 'requires' ? [sameDevice(act, refused)] : []),
];

const sameDevice = (act: string, refused: SignedIn): Row => ({
  of: `${act}.sameDevice`,
  ...{ code: 'step_up_required', says: 'Signed in on this very machine.' },
  refused: (scene) => refused(scene, { requires: { mfa: false, sameDevice: true } }, { byDevice: true }),
});
