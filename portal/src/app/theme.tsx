import { useState } from 'preact/hooks';
import { forget, keep, kept } from './kept.ts';

const THEMES = { system: 'As the system', light: 'Light', dark: 'Dark' } as const;
type Theme = keyof typeof THEMES;

const NAME = 'theme';

const themeNamed = (name: string | undefined): Theme => (name === 'light' || name === 'dark' ? name : 'system');

/** Puts on what was chosen the last time; without a choice, the system's own. */
export const putOnTheme = (theme: Theme = themeNamed(kept('local', NAME))): void => {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
};

export const ThemeChoice = () => {
  const [theme, setTheme] = useState(() => themeNamed(kept('local', NAME)));
  const choose = (name: string): void => {
    const chosen = themeNamed(name);
    if (chosen === 'system') forget('local', NAME);
    else keep('local', NAME, chosen);
    putOnTheme(chosen);
    setTheme(chosen);
  };
  return (
    <label class="inline">
      Theme
      <select
        value={theme}
        onChange={(event) => {
          choose(event.currentTarget.value);
        }}
      >
        {Object.entries(THEMES).map(([name, text]) => (
          <option key={name} value={name}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
};
