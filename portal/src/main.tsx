import { render } from 'preact';
import { Portal } from './app/portal.tsx';
import { followKeys } from './app/keys.tsx';
import { followLinks } from './app/router.ts';
import { putOnTheme } from './app/theme.tsx';

const root = document.getElementById('portal');
if (root) {
  putOnTheme();
  followLinks();
  followKeys();
  render(<Portal />, root);
}
