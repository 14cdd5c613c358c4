/** The one style of the pages that the functions make themselves. Its colours are the portal's. */
export const STYLE = `
:root { color-scheme: light; --ink: #1b1f24; --faint: #57606a; --paper: #fff; --card: #f6f7f9; --line: #c9d0d9;
  --accent: #0b5cad; --on-accent: #fff; --warn: #8a4b00; font: 1rem/1.5 system-ui, sans-serif; }
@media (prefers-color-scheme: dark) {
  :root { color-scheme: dark; --ink: #e6e9ee; --faint: #9aa4b2; --paper: #14171c; --card: #1d2129; --line: #3a424f;
    --accent: #7cb7ff; --on-accent: #0d1117; --warn: #ffc46b; }
}
* { box-sizing: border-box; }
body { display: grid; place-items: center; min-height: 100vh; margin: 0; padding: 1rem;
  color: var(--ink); background: var(--paper); }
main { width: min(30rem, 100%); padding: 1.5rem; overflow-wrap: anywhere;
  background: var(--card); border: 1px solid var(--line); border-radius: .5rem; }
h1 { margin: 0 0 1rem; font-size: 1.4rem; line-height: 1.25; }
p, ul, dl { margin: 0 0 1rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; }
dt, small { color: var(--faint); }
dd { margin: 0; }
code, .code { font-family: ui-monospace, monospace; }
.code { font-size: 1.4rem; letter-spacing: .1em; }
.warning { padding-left: .75rem; border-left: .25rem solid var(--warn); }
.choices { display: grid; gap: .5rem; padding: 0; list-style: none; }
form { display: flex; flex-wrap: wrap; gap: .75rem; }
form.out { margin-top: 1.5rem; padding-top: 1rem; border-top: 1px solid var(--line); }
label, input { width: 100%; }
a { color: var(--accent); }
input, button, .choices a { padding: .6rem 1rem; font: inherit; color: var(--ink); background: var(--paper);
  border: 1px solid var(--faint); border-radius: .4rem; }
button, .choices a { font-weight: 600; text-align: center; text-decoration: none; cursor: pointer; }
.choices a { display: block; }
button.main { color: var(--on-accent); background: var(--accent); border-color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
`;
