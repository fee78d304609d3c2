// @ts-check
// Every example is valid: policies pass the linter, workflows are copies of tested ones, steps use known inputs, and
// reason codes exist.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { readActionFile } from '../../../scripts/action-yml.mjs';
import { CODES } from '../contract/public.js';
import { DIST, NODE, ROOT } from '../support/run-action.js';
import { embeddedPolicies, examples, isPolicy, PAGES, place, readPage, withoutLeadingComments } from './pages.js';

const all = examples();
const patterns = readdirSync(join(ROOT, 'examples'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.yml'))
  .map((name) => ({ name: `examples/${name}`, text: readFileSync(join(ROOT, 'examples', name), 'utf8') }));
const directory = mkdtempSync(join(tmpdir(), 'dispatch-guard-docs-'));
after(() => rmSync(directory, { recursive: true }));

/** Findings that the text of an example explains, by its file. @type {Map<string, string>} */
const EXPECTED = new Map([['examples/workflow-run/coverage.yml', 'consent.missing']]);

/** Runs the command line. @param {string[]} args */
const run = (...args) =>
  spawnSync(NODE, [join(DIST, 'cli/main.cjs'), ...args], {
    env: { PATH: process.env.PATH, NO_COLOR: '1' },
    encoding: 'utf8',
  });

/** Lints policies in one process. @param {string[]} policies */
function lint(policies) {
  const files = policies.map((policy, index) => {
    const file = join(directory, `policy-${index}.yml`);
    writeFileSync(file, policy);
    return file;
  });
  const { status, stdout, stderr } = run('lint', ...files);
  return { status, text: stdout + stderr };
}

describe('policies', () => {
  const policies = all.flatMap((example) => {
    if (isPolicy(example)) return [{ name: place(example), text: example.text }];
    return embeddedPolicies(example.text).map((text) => ({ name: `${place(example)}, under policy`, text }));
  });
  for (const { name, text } of patterns) {
    if (name.endsWith('/policy.yml')) policies.push({ name, text });
    else policies.push(...embeddedPolicies(text).map((policy) => ({ name: `${name}, under policy`, text: policy })));
  }

  test('finds policies on several pages', () => {
    assert.ok(policies.length > 30, `${policies.length} found`);
    for (const page of ['docs/policy.md', 'docs/identities.md', 'docs/provenance.md', 'docs/agents.md']) {
      assert.ok(
        policies.some(({ name }) => name.startsWith(page)),
        page,
      );
    }
  });

  test('are valid', () => {
    const { status, text } = lint(policies.map(({ text }) => text));
    const names = policies.map(({ name }, index) => `policy-${index}.yml: ${name}`);
    assert.equal(status, 0, `${text}\n${names.join('\n')}`);
  });

  test('detects an invalid policy', () => {
    const { status, text } = lint(['version: 1\nevents:\n  push:\n    actor: [mona]\n']);
    assert.equal(status, 2, text);
  });
});

describe('workflows', () => {
  const files = readdirSync(join(ROOT, 'tests/workflows'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yml'))
    .map((name) => ({ name, text: readFileSync(join(ROOT, 'tests/workflows', name), 'utf8') }));
  const isWorkflow = (/** @type {string} */ text) => /^on:/m.test(text) && /^jobs:/m.test(text);

  const shown = [...readPage('README.md').examples, ...readPage('docs/provenance.md').examples].filter(({ text }) =>
    isWorkflow(text),
  );
  for (const example of shown) {
    test(`${place(example)} is a copy of a tested workflow`, () => {
      const same = files.find(({ text }) => withoutLeadingComments(text).trim() === example.text.trim());
      const [first = ''] = example.text.split('\n');
      const near = files.find(({ text }) => withoutLeadingComments(text).startsWith(`${first}\n`));
      if (!same && near) assert.equal(example.text.trim(), withoutLeadingComments(near.text).trim(), near.name);
      assert.ok(same, `no file in tests/workflows begins with \`${first}\``);
    });
  }

  test("README's first two are a receiver and a sender", () => {
    const [first, second] = readPage('README.md').examples.filter(({ language }) => language === 'yaml');
    for (const [example, name] of /** @type {const} */ ([
      [first, 'validate.yml'],
      [second, 'send.yml'],
    ])) {
      const text = files.find((file) => file.name === name)?.text ?? '';
      assert.equal(example?.text.trim(), withoutLeadingComments(text).trim(), name);
    }
  });

  // What the linter of the project says about the workflows of pages and examples, notes aside.
  test('pass the linter', () => {
    const whole = all.filter(({ text, page }) => isWorkflow(text) && page !== 'docs/migration.md');
    const workflows = [
      ...whole.map((example) => ({ name: place(example), text: example.text })),
      ...patterns.filter(({ text }) => isWorkflow(text)),
    ];
    assert.ok(workflows.length >= 15, `${workflows.length} found`);
    const paths = workflows.map(({ text }, index) => {
      const path = join(directory, `workflow-${index}.yml`);
      writeFileSync(path, text);
      return path;
    });
    const { stdout, stderr } = run('lint', '--format', 'json', ...paths);
    const { findings } = JSON.parse(stdout || '{"findings": []}');
    assert.equal(stderr, '');
    const names = workflows.map(({ name }, index) => `workflow-${index}.yml: ${name}`);
    /** @type {string[]} */
    const found = findings.flatMap((/** @type {any} */ { severity, id, file, message }) => {
      const { name = '' } = workflows[paths.indexOf(file)] ?? {};
      return severity === 'note' ? [] : [`${name}: ${id}${EXPECTED.get(name) === id ? '' : `: ${message}`}`];
    });
    assert.deepEqual(
      found,
      [...EXPECTED].map(([name, id]) => `${name}: ${id}`),
      names.join('\n'),
    );
  });

  test('no example pastes an expression into a script', () => {
    for (const example of all.filter(({ language, page }) => language === 'yaml' && page !== 'docs/migration.md')) {
      const scripts = example.text.matchAll(/^( *)(?:- )?run: (?:\|\n((?:\1 +.*\n|\n)*)|(.*))/gm);
      for (const [, , block = '', line = ''] of scripts) assert.doesNotMatch(block + line, /\$\{\{/, place(example));
    }
  });
});

describe('steps', () => {
  /** @type {{ [name: string]: string }} */
  const ACTION_FILES = {
    '': 'action.yml',
    '/send': 'send/action.yml',
    '/report': 'report/action.yml',
    '/reconcile': 'reconcile/action.yml',
  };
  const steps = all.flatMap((example) =>
    [...example.text.matchAll(/^( *)(?:- )?uses: org\/dispatch-guard(\/\w+)?@(\S+)(?: #.*)?\n((?:\1 .*\n|\n)*)/gm)].map(
      ([, , sub = '', ref = '', rest = '']) => ({ example, sub, ref, rest }),
    ),
  );

  test('finds steps', () => assert.ok(steps.length >= 6, `${steps.length} found`));

  test('use a version or a commit', () => {
    for (const { ref, example } of steps) assert.match(ref, /^(v1|FULL_COMMIT_SHA|[0-9a-f]{40})$/, place(example));
  });

  test('set only known inputs', () => {
    for (const { example, sub, rest } of steps) {
      const known = readActionFile(join(ROOT, ACTION_FILES[sub] ?? '')).inputs;
      const block = /^( *)with:\n((?:\1 +.*\n|\n)+)/m.exec(rest)?.[2] ?? '';
      const indent = /^ */.exec(block)?.[0] ?? '';
      for (const [, name = ''] of block.matchAll(new RegExp(`^${indent}([a-z][a-z-]*):`, 'gm'))) {
        assert.ok(known.has(name), `${place(example)}: org/dispatch-guard${sub} has no input \`${name}\``);
      }
    }
  });
});

describe('reason codes and style', () => {
  const codes = new Set(Object.values(CODES).flat());
  const prefixes = new Set([...codes].map((code) => code.split('.')[0]).filter((prefix) => prefix !== 'allowed'));

  // The tests of the other pages compare their codes.
  const others = ['docs/command-line.md', 'docs/performance.md', 'docs/reason-codes.md'];
  for (const path of PAGES.filter((one) => !others.includes(one))) {
    const { text } = readPage(path);
    test(`${path} names only known reason codes`, () => {
      for (const [, prefix = '', rest = ''] of text.matchAll(/`([a-z_]+)\.([a-z_]+)`/g)) {
        const code = `${prefix}.${rest}`;
        if (prefixes.has(prefix) && !PATHS.includes(code)) assert.ok(codes.has(code), `${path}: \`${code}\``);
      }
    });

    test(`${path} has no emoji`, () => assert.doesNotMatch(text, /\p{Extended_Pictographic}/u));
  }
});

/** Paths of events and policies with the form of a code. */
const PATHS = ['pull_request.number', 'pull_request.user', 'provenance.require', 'provenance.workflows'];
