// @ts-check
// Writes the parts of workflows that README and documentation show to files, each in a minimal workflow, so that the
// checkers of workflows can read them, and prints their paths as JSON.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/run-action.js';
import { examples, isPolicy, isPolicyTest, place } from './pages.js';

/** Pages whose whole workflows are copies of those in tests/workflows, which a test compares. */
const COPIES = ['README.md', 'docs/provenance.md'];

/** Replaces the placeholder for the commit of a release. */
const COMMIT = '0123456789abcdef0123456789abcdef01234567';

const HEAD = `name: Example

on:
  workflow_dispatch:

permissions: {}

concurrency:
  group: example
  cancel-in-progress: false

jobs:
`;

const JOB = `    runs-on: ubuntu-latest
    timeout-minutes: 5
    environment: dispatch
    permissions: {}
    steps:
`;

/** Steps that the examples refer to. */
const STEPS = `      - id: open
        run: ./ci/open-pull-request
`;

/** Jobs that the examples refer to. */
const JOBS = `  guard:
${JOB}      - id: guard
        uses: org/dispatch-guard@v1
        with:
          policy-file: .github/dispatch-guard.yml
    outputs:
      allowed: \${{ steps.guard.outputs.allowed }}
      head-sha: \${{ steps.guard.outputs.head-sha }}
  validate:
${JOB}      - run: ./ci/validate
`;

/** @param {string} text @param {number} indent */
function indented(text, indent) {
  const least = Math.min(
    ...text.split('\n').flatMap((line) => (line.trim() ? (/^ */.exec(line)?.[0].length ?? 0) : [])),
  );
  return text.replace(new RegExp(`^ {${least}}(?=.)`, 'gm'), ' '.repeat(indent));
}

const directory = join(ROOT, 'target', 'examples');
rmSync(directory, { recursive: true, force: true });
mkdirSync(directory, { recursive: true });
/** `unsafe`: the check in shell that the page on migration discusses. @type {{ valid: string[], unsafe: string[] }} */
const paths = { valid: [], unsafe: [] };
for (const example of examples()) {
  const { language, page, text } = example;
  const isOther = isPolicy(example) || isPolicyTest(example) || /^repos:/.test(text); // The last is for pre-commit.
  if (language !== 'yaml' || isOther) continue;
  const path = join('target', 'examples', `${place(example).replace(/\W+/g, '-')}.yml`);
  const whole = /^on:/m.test(text) && /^jobs:/m.test(text);
  if (whole && COPIES.includes(page)) continue;
  writeFileSync(join(ROOT, path), whole ? text : wrapped(text, place(example)).replaceAll('FULL_COMMIT_SHA', COMMIT));
  paths[page === 'docs/migration.md' && whole ? 'unsafe' : 'valid'].push(path);
}
const found = JSON.stringify(paths);
if (paths.valid.length < 8 || paths.unsafe.length !== 1) throw new Error(`unexpected examples: ${found}`);
console.log(found);

/** @param {string} text @param {string} where */
function wrapped(text, where) {
  if (/^jobs:$/m.test(text)) return `${HEAD}${text.replace(/^jobs:\n/m, '')}`;
  if (/^ *- /.test(text)) return `${HEAD}  example:\n${JOB}${STEPS}${indented(text, 6)}`;
  if (/^ *[a-z]+:\n +needs:/.test(text)) return `${HEAD}${JOBS}${indented(text, 2)}`;
  throw new Error(`${where} is neither a policy, nor a workflow, nor steps, nor a job`);
}
