// @ts-check
// Loaded before a program (`node --require`): when it exits, writes what it used to the file in PROBE_FILE.

const { readFileSync, writeFileSync } = require('node:fs');

const file = process.env.PROBE_FILE ?? '';
delete process.env.PROBE_FILE;

process.on('exit', () => {
  const modules = Object.keys(require.cache).filter((path) => path !== __filename);
  writeFileSync(file, JSON.stringify({ peakBytes: peakBytes(), modules }));
});

/** On Linux `maxRSS` starts at that of the parent process; `VmHWM` does not. */
function peakBytes() {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1]) * 1024;
}
