import { writeFileSync } from 'node:fs';

/** Imported before a program: what it used is written when it ends, to the file that the environment names. */
process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  writeFileSync(
    process.env['USAGE_FILE'] ?? '',
    JSON.stringify({ cpuUs: userCPUTime + systemCPUTime, maxRssKb: maxRSS }),
  );
});
