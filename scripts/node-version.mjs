// Before anything of ours is read: a Node that cannot read TypeScript would say so in words that help nobody. Plain JavaScript, therefore.
import { readFileSync } from 'node:fs';

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const wanted = engines.node.replace('>=', '');
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const [wantedMajor = 0, wantedMinor = 0] = wanted.split('.').map(Number);

if (major < wantedMajor || (major === wantedMajor && minor < wantedMinor)) {
  process.stderr.write(
    `this is Node ${process.versions.node}, and Hatcheck needs ${wanted} or later: nodejs.org, nvm, or npm ci where it brings its own\n`,
  );
  process.exit(2);
}
