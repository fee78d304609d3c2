// @ts-check
// The JSON Schemas of policy and result are valid, and accept and reject the same documents as the core. The core reads
// the same policies in `tests/core/policy.rs`.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { failedOutputs } from '../../../js/action/outputs.js';
import { CONTRACT } from '../support/contract.js';
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
 * The files that a schema rejects.
 * @param {string} schema
 * @param {string[]} files
 */
function rejected(schema, files) {
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

/**
 * Each policy of the fixtures in a file, under its title.
 * @param {'valid' | 'invalid'} kind
 * @returns {{ file: string, schema: string }[]} `schema`: what the `# schema:` line says, if there is one
 */
function policies(kind) {
  const fixtures = join(ROOT, 'tests/fixtures/policies', kind);
  return readdirSync(fixtures).flatMap((name) => {
    const documents = readFileSync(join(fixtures, name), 'utf8')
      .split(/^--- # /m)
      .slice(1);
    return documents.map((document) => {
      const [, title = '', head = '', text = ''] = /^(.*)\n((?:# (?:schema|error): .*\n)*)([^]*)$/.exec(document) ?? [];
      const file = join(directory, `${name}: ${title.replaceAll('/', ' ')}.yml`);
      writeFileSync(file, text);
      return { file, schema: /^# schema: (.*)$/m.exec(head)?.[1] ?? '' };
    });
  });
}

test('the schemas are valid', () => {
  const { status, stdout } = checkJsonSchema(
    '--check-metaschema',
    'schema/policy.schema.json',
    'schema/result.schema.json',
  );
  assert.equal(status, 0, stdout);
});

describe('the schema of a policy', () => {
  test('accepts every valid policy', () => {
    const files = policies('valid').map(({ file }) => file);
    assert.ok(files.length > 5);
    assert.deepEqual([...rejected('policy', files)], []);
  });

  test('rejects every invalid policy that a schema can detect', () => {
    // Some validators never finish with an alias that contains itself.
    const asked = policies('invalid').filter(({ schema }) => schema !== 'not asked');
    const expected = asked.filter(({ schema }) => schema === '').map(({ file }) => basename(file));
    assert.ok(expected.length > 100);
    const files = asked.map(({ file }) => file);
    assert.deepEqual([...rejected('policy', files)].sort(), expected.sort());
  });
});

test('the schema of a result accepts every result', () => {
  /** @type {{ name: string, outcome: { outputs: { result: unknown } } }[]} */
  const runs = JSON.parse(readFileSync(join(ROOT, 'tests', 'fixtures', 'decisions.json'), 'utf8'));
  const results = runs.map(({ outcome }) => outcome.outputs.result);
  const files = [
    ...results,
    JSON.parse(failedOutputs(CONTRACT, 'guard', 'the action itself failed', CONTRACT.help).result ?? ''),
  ].map((result, index) => {
    const file = join(directory, `${index}.json`);
    writeFileSync(file, JSON.stringify(result));
    return file;
  });
  assert.ok(files.length > 30);
  assert.deepEqual([...rejected('result', files)], []);
  // An invalid result is detected.
  const odd = join(directory, 'odd.json');
  writeFileSync(odd, JSON.stringify({ .../** @type {object} */ (results[0]), decision: 'maybe' }));
  assert.deepEqual([...rejected('result', [odd])], ['odd.json']);
});
