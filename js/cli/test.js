// @ts-check

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { createHost } from '../host/host.js';
import { loadCore, unwrap } from './core.js';
import { escapeLine } from './escape.js';
import { readText } from './input.js';
import { print } from './print.js';
import { findRoot, pathInRepository, repositoryFiles } from './repository.js';
import { UsageError } from './usage-error.js';

/** The test file that is run if none is named. */
export const DEFAULT_TEST_FILE = '.github/dispatch-guard.test.yml';

/** @type {import('./commands.js').Run} */
export async function run(values, names) {
  const core = loadCore();
  const root = findRoot();
  const format = values.format === undefined ? (values.json === true ? 'json' : 'text') : String(values.format);
  const files = names.length > 0 ? names.map((name) => resolve(name)) : [resolve(root, DEFAULT_TEST_FILE)];
  if (names.length === 0 && !existsSync(files[0] ?? '')) {
    throw new UsageError(`there is no \`${DEFAULT_TEST_FILE}\`; name a test file, or write one with \`init\``);
  }
  if (format === 'json' && files.length > 1) throw new UsageError('`--json` takes one test file');
  const host = createHost({ mask() {}, progress() {}, interimOutputs() {}, redact: (text) => text });
  let status = 0;
  for (const file of files) {
    const path = pathInRepository(root, file);
    const text = readText(file, `the test file \`${path}\``);
    const response = unwrap(await core.runTests({ path, text, format }, repositoryFiles(root), host));
    print(response.output.split('\n').map(escapeLine).join('\n'));
    status = Math.max(status, response.exit_code);
  }
  return status;
}
