import type { Card } from './port.ts';

/** Nobody says yes to what they were not shown: where something is cut, only the portal takes the yes. A no may come from anywhere. */
export const wholeOrNoYes = (card: Card, isWhole: boolean): Card => {
  const { notes = [], actions } = card;
  return isWhole || !actions.some(({ type }) => type === 'approve')
    ? card
    : {
        ...card,
        notes: [...notes, 'Not all of it fits here: read it in the portal, and say yes there.'],
        actions: actions.filter(({ type }) => type !== 'approve'),
      };
};
