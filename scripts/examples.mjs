// @ts-check
// The workflows of README and documentation as files, so that the checkers of workflows can be run over them. Whole ones
// are copies of those in tests/workflows, which a test sees to; here are the parts, each in as little of a workflow as it
// needs.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { examples, isPolicy, place } from '../tests/js/docs/pages.js';
import { Failure, root } from './lib.mjs';

/** What stands for the commit of a release. */
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

/** Steps that the examples speak of. */
const STEPS = `      - id: open
        run: ./ci/open-pull-request
`;

/** Jobs that the examples speak of. */
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

/**
 * Writes every part of a workflow that the pages show.
 * @returns {{ sound: string[], unsound: string[] }} paths; the unsound one is the check in shell that the page on
 *   migration takes apart
 */
export function writeExamples() {
  const directory = join(root, 'target', 'examples');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  /** @type {{ sound: string[], unsound: string[] }} */
  const paths = { sound: [], unsound: [] };
  for (const example of examples()) {
    const { language, page, text } = example;
    if (language !== 'yaml' || isPolicy(example)) continue;
    const path = join('target', 'examples', `${place(example).replace(/\W+/g, '-')}.yml`);
    const whole = /^on:/m.test(text) && /^jobs:/m.test(text);
    if (whole && page !== 'docs/migration.md') continue;
    writeFileSync(join(root, path), whole ? text : wrapped(text, place(example)).replaceAll('FULL_COMMIT_SHA', COMMIT));
    paths[whole ? 'unsound' : 'sound'].push(path);
  }
  if (paths.sound.length < 8 || paths.unsound.length !== 1) throw new Failure(`examples: ${JSON.stringify(paths)}`);
  return paths;
}

/** @param {string} text @param {string} where */
function wrapped(text, where) {
  if (/^ *- /.test(text)) return `${HEAD}  example:\n${JOB}${STEPS}${indented(text, 6)}`;
  if (/^ *[a-z]+:\n +needs:/.test(text)) return `${HEAD}${JOBS}${indented(text, 2)}`;
  throw new Failure(`${where} is neither a policy, nor a workflow, nor steps, nor a job`);
}
