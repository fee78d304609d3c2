// @ts-check
// Loaded in front of a program (`node --require`): at its end, writes what it used to the file PROBE_FILE names.

const { readFileSync, writeFileSync } = require('node:fs');

const file = process.env.PROBE_FILE ?? '';
delete process.env.PROBE_FILE;

process.on('exit', () => {
  const modules = Object.keys(require.cache).filter((path) => path !== __filename);
  writeFileSync(file, JSON.stringify({ peakBytes: peakBytes(), modules }));
});

/** Linux starts `maxRSS` of a process at that of its parent; `VmHWM` is the program's own. */
function peakBytes() {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1]) * 1024;
}
