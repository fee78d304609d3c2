// @ts-check
// The JSON Schemas of policy and result: sound themselves, and of one mind with the core. The core's side of the
// corpus is held in `tests/core/policy.rs`.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { failedOutputs } from '../../../js/outputs.js';
import { ROOT } from '../support/run-action.js';

const tools = process.env.DISPATCH_GUARD_TOOLS ?? join(ROOT, '.tools');
const env = { ...process.env, PATH: [join(tools, 'python', 'bin'), process.env.PATH].join(delimiter) };
const directory = mkdtempSync(join(tmpdir(), 'dispatch-guard-schema-'));
after(() => rmSync(directory, { recursive: true }));

/**
 * @param {string[]} args
 * @returns {{ status: number | null, stdout: string }}
 */
function checkJsonSchema(...args) {
  const ran = spawnSync('check-jsonschema', args, { cwd: ROOT, env, encoding: 'utf8', maxBuffer: 1 << 28 });
  assert.equal(ran.error, undefined, 'check-jsonschema is not here: run `npm run setup`');
  return ran;
}

/**
 * The files that a schema refuses.
 * @param {string} schema
 * @param {string[]} files
 */
function refused(schema, files) {
  const { stdout } = checkJsonSchema(
    '--output-format',
    'json',
    '--schemafile',
    `schema/${schema}.schema.json`,
    ...files,
  );
  /** @type {{ errors?: { filename: string }[], parse_errors?: { filename: string }[] }} */
  const report = JSON.parse(stdout);
  return new Set([...(report.errors ?? []), ...(report.parse_errors ?? [])].map(({ filename }) => basename(filename)));
}

/** @param {string} kind @returns {string[]} */
function policies(kind) {
  const folder = join('tests', 'fixtures', 'policies', kind);
  return readdirSync(join(ROOT, folder)).map((name) => join(folder, name));
}

test('the schemas are schemas', () => {
  const { status, stdout } = checkJsonSchema(
    '--check-metaschema',
    'schema/policy.schema.json',
    'schema/result.schema.json',
  );
  assert.equal(status, 0, stdout);
});

describe('the policy’s schema', () => {
  test('takes every good policy', () => {
    const files = policies('good');
    assert.ok(files.length > 5);
    assert.deepEqual([...refused('policy', files)], []);
  });

  test('refuses every broken one, as far as a schema can tell', () => {
    // A validator must not be asked about an alias that holds itself: some never end.
    const verdicts = /^# schema: (refuses|cannot tell|cannot be asked)\n/;
    const verdict = (/** @type {string} */ file) => verdicts.exec(readFileSync(join(ROOT, file), 'utf8'))?.[1];
    const files = policies('broken').filter((file) => verdict(file) !== 'cannot be asked');
    const expected = files.filter((file) => verdict(file) === 'refuses').map((file) => basename(file));
    assert.ok(files.every(verdict) && expected.length > 100);
    assert.deepEqual([...refused('policy', files)].sort(), expected.sort());
  });
});

test('the result’s schema takes every result', () => {
  /** @type {{ name: string, outcome: { outputs: { result: unknown } } }[]} */
  const runs = JSON.parse(readFileSync(join(ROOT, 'tests', 'fixtures', 'decisions.json'), 'utf8'));
  const results = runs.map(({ outcome }) => outcome.outputs.result);
  const files = [...results, JSON.parse(failedOutputs('guard', 'the action itself failed').result ?? '')].map(
    (result, index) => {
      const file = join(directory, `${index}.json`);
      writeFileSync(file, JSON.stringify(result));
      return file;
    },
  );
  assert.ok(files.length > 30);
  assert.deepEqual([...refused('result', files)], []);
  // It can refuse.
  const odd = join(directory, 'odd.json');
  writeFileSync(odd, JSON.stringify({ .../** @type {object} */ (results[0]), decision: 'maybe' }));
  assert.deepEqual([...refused('result', [odd])], ['odd.json']);
});
