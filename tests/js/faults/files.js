// @ts-check
// Files that cannot be written, or only in part: each file that an action writes, and its log.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OUTPUTS } from '../contract/public.js';
import { startFakeApi } from '../support/fake-api.js';
import { commandFileEntries, DIST } from '../support/run-action.js';
import { ENDPOINTS } from './endpoints.js';
import { limitConcurrency } from './concurrency.js';
import { assertRun, runEndpoint } from './run-case.js';

/** @typedef {import('./endpoints.js').Endpoint} Endpoint */
/** @typedef {import('../support/run-action.js').RunOptions} RunOptions */

/** The variable that names each file. The log is not a file of the action. */
const VARIABLES = /** @type {const} */ ({
  'the outputs': 'GITHUB_OUTPUT',
  'the summary': 'GITHUB_STEP_SUMMARY',
  '`audit-file`': 'INPUT_AUDIT-FILE',
  '`evidence-file`': 'INPUT_EVIDENCE-FILE',
  'the log': '',
});

/** @typedef {keyof typeof VARIABLES} Target */
/** @typedef {(typeof FILE_FAULTS)[number]['id']} FileFaultId */

export const FILE_FAULTS = /** @type {const} */ ([
  { id: 'full', title: 'the disk is full' },
  { id: 'cut', title: 'the disk becomes full half-way' },
  { id: 'read-only', title: 'a read-only file' },
  { id: 'directory', title: 'a directory in its place' },
]);

/** Whether the system has a device that is always full. */
export const HAS_FULL = existsSync('/dev/full');

const BLOCKS = 64;
/** The size in bytes that `ulimit -f` allows a file; shells differ in the size of a block. */
const largest = (() => {
  const directory = mkdtempSync(join(tmpdir(), 'dispatch-guard-'));
  const script = `ulimit -f ${BLOCKS}; trap '' XFSZ; dd if=/dev/zero of=f bs=1024 count=${BLOCKS * 2} 2>&1`;
  spawnSync('sh', ['-c', script], { cwd: directory });
  const { size } = statSync(join(directory, 'f'));
  rmSync(directory, { recursive: true });
  return size;
})();

/** The room that is left in a file: enough for the first record, but not for the next. */
const ROOM = 100;
const padding = `before=${'x'.repeat(largest - ROOM - 'before=\n'.length)}\n`;
const NOBODY = 65534;

/** @param {import('../support/run-action.js').ActionName} action @param {string} route */
const row = (action, route) => {
  const found = ENDPOINTS.find((endpoint) => endpoint.action === action && endpoint.route === route);
  if (!found) throw new Error(`no endpoint ${route}`);
  return found;
};

/** @type {{ endpoint: Endpoint, target: Target }[]} */
export const ROWS = [
  ...Object.keys(VARIABLES).map((target) => ({
    endpoint: row('guard', 'pull'),
    target: /** @type {Target} */ (target),
  })),
  { endpoint: row('send', 'dispatch'), target: 'the outputs' },
  { endpoint: row('send', 'dispatch'), target: 'the summary' },
  { endpoint: row('send', 'dispatch'), target: 'the log' },
  { endpoint: row('report', 'create-status'), target: 'the outputs' },
  { endpoint: row('report', 'create-status'), target: 'the log' },
];

/** Whether there is such a thing: a log is a pipe that the runner opened. @param {Target} target @param {FileFaultId} id */
export const applies = (target, id) => target !== 'the log' || id === 'full' || id === 'cut';

/** @param {Target} target @param {FileFaultId} id @param {string} dist @returns {Partial<RunOptions>} */
function arrangement(target, id, dist) {
  if (target === 'the log') {
    if (id === 'full') return { shell: 'exec >/dev/full' };
    return {
      shell: `ulimit -f ${BLOCKS}; exec >>target`,
      prepare: ({ workspace }) => writeFileSync(join(workspace, 'target'), padding),
    };
  }
  const root = process.getuid?.() === 0;
  return {
    ...(id === 'cut' && { shell: `ulimit -f ${BLOCKS}` }),
    ...(id === 'read-only' && root && { dist }),
    prepare({ workspace, directory, environment }) {
      const path = id === 'full' ? '/dev/full' : join(workspace, 'target');
      environment[VARIABLES[target]] = path;
      if (id === 'cut') writeFileSync(path, padding);
      if (id === 'directory') mkdirSync(path);
      if (id !== 'read-only') return;
      writeFileSync(path, '');
      chmodSync(path, 0o444);
      if (!root) return;
      // Root can write to read-only files.
      const entries = readdirSync(directory, { recursive: true, encoding: 'utf8' });
      for (const entry of ['', ...entries]) chownSync(join(directory, entry), NOBODY, NOBODY);
      environment.NODE_OPTIONS = `--require ${JSON.stringify(join(import.meta.dirname, 'unprivileged.cjs'))}`;
      environment.UNPRIVILEGED_ID = String(NOBODY);
    },
  };
}

/**
 * The result in words, as docs/internals/faults.md shows it.
 * @param {Endpoint} endpoint
 * @param {Target} target
 * @param {FileFaultId} id
 * @param {string} dist a copy of the bundles that every user can read
 * @returns {Promise<string>}
 */
export function runFileFault(endpoint, target, id, dist) {
  return limitConcurrency(async () => {
    const api = await startFakeApi(endpoint.world);
    try {
      const ran = await runEndpoint(api, endpoint, {
        // The evidence contains the event and must be larger than the room.
        event: { ...endpoint.run(api).event, padding: 'x'.repeat(2 * largest) },
        ...arrangement(target, id, dist),
      });
      assert.equal(ran.hung, false);
      const done = { guard: '', send: 'sent', report: 'reported', reconcile: 'sent' }[endpoint.action];
      const effects = api.dispatches.length + Object.values(api.statuses).flat().length;
      assert.ok(effects <= 1);
      const effect = done && (effects === 1 ? `; ${done}` : `; not ${done}`);
      /** The reason must say what was done before the failure. @param {string | undefined} reason */
      const assertEffectIsNamed = (reason) => assert.equal(/, but then: /.test(reason ?? ''), effects === 1, reason);

      if (target === 'the outputs') {
        assert.equal(ran.code, 1, 'a run whose outputs are lost fails');
        const [deciding = ''] = OUTPUTS[endpoint.action];
        const entries = seen(ran.files.target ?? '').filter(([name]) => name !== 'before');
        assert.ok(entries.every(([name, value]) => name !== deciding || value === 'false'));
        const [error, ...more] = ran.annotations.filter(({ name }) => name === 'error');
        assert.deepEqual([error?.properties.title, more], ['dispatch-guard: internal.error', []]);
        assertEffectIsNamed(error?.message);
        return `${entries.length === 0 ? 'no output' : `only \`${entries[0]?.join('=')}\``}, exit 1${effect}`;
      }
      if (target === 'the log') {
        const { 'reason-code': code, ...outputs } = ran.outputs;
        assert.deepEqual(Object.keys({ 'reason-code': code, ...outputs }).sort(), [...OUTPUTS[endpoint.action]].sort());
        assert.equal(ran.stdout + ran.stderr, '');
        assert.equal(ran.code, 1);
        assertEffectIsNamed(outputs.reason);
        return `\`${code}\`, exit 1${effect}`;
      }
      // The summary causes a warning.
      const isWarning = (/** @type {import('../support/run-action.js').Command} */ { name, properties }) =>
        name === 'warning' && properties.title === 'dispatch-guard: summary';
      const others = ran.commands.filter((command) => !isWarning(command));
      const annotations = ran.annotations.filter((command) => !isWarning(command));
      const { code } = assertRun(endpoint, { ...ran, commands: others, annotations });
      const warned = annotations.length < ran.annotations.length ? ', a warning' : '';
      return `\`${code}\`, exit ${ran.code}${warned}${effect}`;
    } finally {
      await api.close();
    }
  });
}

/** The outputs that the runner sets before a line that it cannot read. @param {string} text */
function seen(text) {
  /** @type {[name: string, value: string][]} */
  const entries = [];
  try {
    for (const entry of commandFileEntries(text)) entries.push(entry);
  } catch {
    // The step fails; earlier outputs are kept.
  }
  return entries;
}

/** A copy of the bundles in a directory that every user can read. */
export function publicDist() {
  const directory = mkdtempSync(join(tmpdir(), 'dispatch-guard-dist-'));
  cpSync(DIST, directory, { recursive: true });
  chmodSync(directory, 0o755);
  for (const name of readdirSync(directory)) chmodSync(join(directory, name), 0o644);
  return directory;
}

/** @typedef {{ [id in FileFaultId]?: string }} Results */

const LOST = 'no output, exit 1';
const FAILED = '`internal.error`, exit 1';
const READ_ONLY = '`allowed`, exit 0, a warning';

/** @param {string} result @param {string} [effect] @returns {Results} */
const always = (result, effect = '') => Object.fromEntries(FILE_FAULTS.map(({ id }) => [id, result + effect]));

/** The expected results. @type {{ [action in Endpoint['action']]: { [target in Target]?: Results } }} */
export const EXPECTED = {
  guard: {
    'the outputs': { ...always(LOST), cut: 'only `allowed=false`, exit 1' },
    'the summary': always(READ_ONLY),
    '`audit-file`': always(FAILED),
    '`evidence-file`': always(FAILED),
    'the log': always(FAILED),
  },
  send: {
    'the outputs': { ...always(LOST, '; not sent'), cut: 'only `sent=false`, exit 1; sent' },
    'the summary': always(READ_ONLY, '; sent'),
    // The mask of the token is the first line, so nothing is sent before it.
    'the log': { full: `${FAILED}; not sent`, cut: `${FAILED}; sent` },
  },
  reconcile: {},
  report: {
    'the outputs': { ...always(LOST, '; not reported'), cut: 'only `reported=false`, exit 1; reported' },
    'the log': { full: `${FAILED}; not reported`, cut: `${FAILED}; reported` },
  },
};
