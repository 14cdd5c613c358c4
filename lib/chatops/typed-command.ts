import type { ChatSaying } from './act.ts';

/** What somebody typed to the app, on any platform; what is none of its commands gets help. @param trigger what a form is opened with */
export const typedCommand = (text: string, trigger: string): ChatSaying => {
  switch (text.trim().toLowerCase()) {
    case '':
    case 'ask':
      return { type: 'form', trigger };
    case 'mine':
    case 'list':
      return { type: 'list' };
    case 'link':
      return { type: 'link' };
    default:
      return { type: 'help' };
  }
};
