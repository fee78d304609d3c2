// @ts-check
// Files that cannot be written, or not to their end: each file that an action writes, and its log.

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
import { CALLS } from './calls.js';
import { inTurn } from './lanes.js';
import { assertSound, runCall } from './meet.js';

/** @typedef {import('./calls.js').Call} Call */
/** @typedef {import('../support/run-action.js').RunOptions} RunOptions */

/** The variable that names a file; the log is no file of the action's. */
const VARIABLES = /** @type {const} */ ({
  'the outputs': 'GITHUB_OUTPUT',
  'the summary': 'GITHUB_STEP_SUMMARY',
  '`audit-file`': 'INPUT_AUDIT-FILE',
  '`evidence-file`': 'INPUT_EVIDENCE-FILE',
  'the log': '',
});

/** @typedef {keyof typeof VARIABLES} Target */
/** @typedef {(typeof TROUBLES)[number]['id']} TroubleId */

export const TROUBLES = /** @type {const} */ ([
  { id: 'full', title: 'the disk is full' },
  { id: 'cut', title: 'the disk fills up half-way' },
  { id: 'read-only', title: 'a read-only file' },
  { id: 'directory', title: 'a directory in its place' },
]);

/** Whether there is a device that is always full. */
export const HAS_FULL = existsSync('/dev/full');

const BLOCKS = 64;
/** What `ulimit -f` allows a file, in bytes: shells count in blocks of their own. */
const largest = (() => {
  const directory = mkdtempSync(join(tmpdir(), 'dispatch-guard-'));
  const script = `ulimit -f ${BLOCKS}; trap '' XFSZ; dd if=/dev/zero of=f bs=1024 count=${BLOCKS * 2} 2>&1`;
  spawnSync('sh', ['-c', script], { cwd: directory });
  const { size } = statSync(join(directory, 'f'));
  rmSync(directory, { recursive: true });
  return size;
})();

/** What a file has room for in the end: its first record, and not the next. */
const ROOM = 100;
const padding = `before=${'x'.repeat(largest - ROOM - 'before=\n'.length)}\n`;
const NOBODY = 65534;

/** @param {import('../support/run-action.js').ActionName} action @param {string} route */
const row = (action, route) => {
  const found = CALLS.find((call) => call.action === action && call.route === route);
  if (!found) throw new Error(`no call ${route}`);
  return found;
};

/** @type {{ call: Call, target: Target }[]} */
export const ROWS = [
  ...Object.keys(VARIABLES).map((target) => ({
    call: row('guard', 'pull'),
    target: /** @type {Target} */ (target),
  })),
  { call: row('send', 'dispatch'), target: 'the outputs' },
  { call: row('send', 'dispatch'), target: 'the summary' },
  { call: row('send', 'dispatch'), target: 'the log' },
  { call: row('report', 'create-status'), target: 'the outputs' },
  { call: row('report', 'create-status'), target: 'the log' },
];

/** Whether there is such a thing: a log is a pipe that the runner opened. @param {Target} target @param {TroubleId} id */
export const applies = (target, id) => target !== 'the log' || id === 'full' || id === 'cut';

/** @param {Target} target @param {TroubleId} id @param {string} dist @returns {Partial<RunOptions>} */
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
      // Nothing is read-only to root.
      const entries = readdirSync(directory, { recursive: true, encoding: 'utf8' });
      for (const entry of ['', ...entries]) chownSync(join(directory, entry), NOBODY, NOBODY);
      environment.NODE_OPTIONS = `--require ${JSON.stringify(join(import.meta.dirname, 'unprivileged.cjs'))}`;
      environment.UNPRIVILEGED_ID = String(NOBODY);
    },
  };
}

/**
 * What comes of it, in words.
 * @param {Call} call
 * @param {Target} target
 * @param {TroubleId} id
 * @param {string} dist a copy of the bundles that everybody may read
 * @returns {Promise<string>}
 */
export function trouble(call, target, id, dist) {
  return inTurn(async () => {
    const api = await startFakeApi(call.world);
    try {
      const ran = await runCall(api, call, {
        // Evidence holds the event, and has to be more than there is room for.
        event: { ...call.run(api).event, padding: 'x'.repeat(2 * largest) },
        ...arrangement(target, id, dist),
      });
      assert.equal(ran.hung, false);
      const done = { guard: '', send: 'sent', report: 'reported' }[call.action];
      const effects = api.dispatches.length + Object.values(api.statuses).flat().length;
      assert.ok(effects <= 1);
      const deed = done && (effects === 1 ? `; ${done}` : `; not ${done}`);
      /** Who reads of the failure has to know what was done before. @param {string | undefined} reason */
      const assertTold = (reason) => assert.equal(/, but then: /.test(reason ?? ''), effects === 1, reason);

      if (target === 'the outputs') {
        assert.equal(ran.code, 1, 'outputs that nobody can read are no success');
        const [deciding = ''] = OUTPUTS[call.action];
        const entries = seen(ran.files.target ?? '').filter(([name]) => name !== 'before');
        assert.ok(entries.every(([name, value]) => name !== deciding || value === 'false'));
        const [error, ...more] = ran.annotations.filter(({ name }) => name === 'error');
        assert.deepEqual([error?.properties.title, more], ['dispatch-guard: internal.error', []]);
        assertTold(error?.message);
        return `${entries.length === 0 ? 'no output' : `only \`${entries[0]?.join('=')}\``}, exit 1${deed}`;
      }
      if (target === 'the log') {
        const { 'reason-code': code, ...outputs } = ran.outputs;
        assert.deepEqual(Object.keys({ 'reason-code': code, ...outputs }).sort(), [...OUTPUTS[call.action]].sort());
        assert.equal(ran.stdout + ran.stderr, '');
        assert.equal(ran.code, 1);
        assertTold(outputs.reason);
        return `\`${code}\`, exit 1${deed}`;
      }
      // A warning is what is expected here, of the summary and of nothing else.
      const isWarning = (/** @type {import('../support/run-action.js').Command} */ { name, properties }) =>
        name === 'warning' && properties.title === 'dispatch-guard: summary';
      const others = ran.commands.filter((command) => !isWarning(command));
      const annotations = ran.annotations.filter((command) => !isWarning(command));
      const { code } = assertSound(call, { ...ran, commands: others, annotations });
      const warned = annotations.length < ran.annotations.length ? ', a warning' : '';
      return `\`${code}\`, exit ${ran.code}${warned}${deed}`;
    } finally {
      await api.close();
    }
  });
}

/** The outputs that the runner has set when it comes upon a line that it cannot read. @param {string} text */
function seen(text) {
  /** @type {[name: string, value: string][]} */
  const entries = [];
  try {
    for (const entry of commandFileEntries(text)) entries.push(entry);
  } catch {
    // The step fails, with what was set before.
  }
  return entries;
}

/** A copy of the bundles in a directory that everybody may read. */
export function publicDist() {
  const directory = mkdtempSync(join(tmpdir(), 'dispatch-guard-dist-'));
  cpSync(DIST, directory, { recursive: true });
  chmodSync(directory, 0o755);
  for (const name of readdirSync(directory)) chmodSync(join(directory, name), 0o644);
  return directory;
}

/** @typedef {{ [id in TroubleId]?: string }} Results */

const LOST = 'no output, exit 1';
const FAILED = '`internal.error`, exit 1';
const READ_ONLY = '`allowed`, exit 0, a warning';

/** @param {string} result @param {string} [deed] @returns {Results} */
const always = (result, deed = '') => Object.fromEntries(TROUBLES.map(({ id }) => [id, result + deed]));

/** What the contract says. @type {{ [action in Call['action']]: { [target in Target]?: Results } }} */
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
    // Nothing is done before the token is masked, which is the first line.
    'the log': { full: `${FAILED}; not sent`, cut: `${FAILED}; sent` },
  },
  report: {
    'the outputs': { ...always(LOST, '; not reported'), cut: 'only `reported=false`, exit 1; reported' },
    'the log': { full: `${FAILED}; not reported`, cut: `${FAILED}; reported` },
  },
};
