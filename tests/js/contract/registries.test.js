// @ts-check
// The same names everywhere: the public contract, the registries of the core (`tests/core/documents.rs` writes them into
// a fixture), the `action.yml` files, the shim, the documentation and the package metadata. `docs/readme.test.js` compares
// README's tables with `action.yml`.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { INTERNAL_ERROR } from '../../../js/action/outputs.js';
import * as shim from '../support/contract.js';
import { readActionFile } from '../../../scripts/action-yml.mjs';
import { ROOT } from '../support/run-action.js';
import { verdictOf, CODES, DECIDING, EVENTS, FILES, FLAT, INPUTS, OUTPUTS } from './public.js';

/** @typedef {import('./public.js').ActionName} ActionName */

const text = (/** @type {string} */ path) => readFileSync(join(ROOT, path), 'utf8');

/**
 * @type {{
 *   version: string,
 *   inputs: { [name in ActionName]: { name: string, default: string, shorthand: boolean }[] },
 *   outputs: { [name in ActionName]: string[] },
 *   codes: { name: string, step: string | null, verdict: string, help: string }[],
 *   events: string[],
 *   faults: string[],
 * }}
 */
const core = JSON.parse(text('tests/fixtures/registry.json'));

const ACTIONS = /** @type {ActionName[]} */ (Object.keys(FILES));

for (const action of ACTIONS) {
  const described = readActionFile(join(ROOT, FILES[action]));

  describe(action, () => {
    test('the core has the inputs of the contract', () => {
      const names = core.inputs[action].map(({ name }) => name);
      assert.deepEqual(names, Object.keys(INPUTS[action]));
      for (const { name, default: value } of core.inputs[action]) assert.equal(value, INPUTS[action][name] ?? '', name);
    });

    test('action.yml has the inputs of the contract', () => {
      assert.deepEqual([...described.inputs.keys()], Object.keys(INPUTS[action]));
      for (const [name, value] of described.inputs) assert.equal(value, INPUTS[action][name] ?? '', name);
    });

    test('action.yml marks the required inputs', () => {
      const inputs = text(FILES[action]).split('\noutputs:')[0] ?? '';
      const required = inputs.split(/^ {2}(?=\S)/m).filter((part) => /^ {4}required: true$/m.test(part));
      const names = required.map((part) => part.split(':')[0]);
      const { [action]: expected } = INPUTS;
      assert.deepEqual(
        names,
        Object.keys(expected).filter((name) => expected[name] === undefined),
      );
    });

    test('core, action.yml and shim have the outputs of the contract', () => {
      assert.deepEqual(described.outputs, OUTPUTS[action]);
      const sorted = [...OUTPUTS[action]].sort();
      assert.deepEqual([...shim.OUTPUTS[action]].sort(), sorted);
      assert.deepEqual([...core.outputs[action]].sort(), sorted);
      assert.equal(shim.OUTPUTS[action][0], DECIDING[action], 'the deciding one is written first');
      assert.equal(core.outputs[action].at(-1), DECIDING[action], 'and last');
    });

    test('every input and output is described', () => {
      const parts = text(FILES[action])
        .split(/^ {2}(?=[a-z])/m)
        .slice(1);
      for (const part of parts.filter((part) => !/^(icon|color|using|main):/.test(part))) {
        assert.match(part, /^ {4}description: (>-\n {6})?\S/m, part);
      }
    });

    test('runs on the Node version of the contract', () => {
      assert.equal(described.using, 'node24');
    });
  });
}

test('the shorthand inputs are those of the contract', () => {
  const flat = core.inputs.guard.filter((input) => input.shorthand).map(({ name }) => name);
  assert.deepEqual(flat, FLAT);
});

test('the events are those of the contract', () => {
  assert.deepEqual(core.events, EVENTS);
});

describe('reason codes', () => {
  const all = Object.values(CODES).flat();

  test('the core has those of the contract, in the same steps and order', () => {
    assert.deepEqual(
      core.codes.map(({ name, step }) => [step, name]),
      Object.entries(CODES).flatMap(([step, codes]) =>
        codes.map((code) => [['any', 'done'].includes(step) ? null : step, code]),
      ),
    );
  });

  test('each is an error or a denial as in the contract', () => {
    for (const { name, verdict } of core.codes) assert.equal(verdict, verdictOf(name), name);
  });

  test('their page lists them in order, each with cause and fix', () => {
    const [, ...sections] = text('docs/reason-codes.md').split(/^### /m);
    const found = sections.map((section) => /^`(.+)`\n\n(\w+)\. (.+)\n\n(?:\*\*Fix:\*\* (.+)\n)?/.exec(section) ?? []);
    assert.deepEqual(
      found.map(([, code, verdict]) => [code, verdict]),
      all.map((code) => [code, verdictOf(code)]),
    );
    for (const [, code, , cause = '', fix = ''] of found) {
      assert.ok(cause.length > 15 && (code === 'allowed' || fix.length > 10), code);
    }
  });

  test('no page names an unknown code', () => {
    const pages = [
      'README.md',
      'CHANGELOG.md',
      'SECURITY.md',
      ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`),
    ];
    const prefixes = [...new Set(all.map((code) => code.split('.')[0]))].filter((prefix) => prefix !== 'allowed');
    const like = new RegExp(`\`((?:${prefixes.join('|')})\\.[a-z_]+)\``, 'g');
    let count = 0;
    for (const page of pages.filter((name) => name.endsWith('.md'))) {
      for (const [, code = ''] of text(page).matchAll(like)) {
        // Fields of payloads and events, and activity types, have the same form.
        if (!/^(config|actor|api)\./.test(code) && !/_/.test(code.split('.')[1] ?? '') && !all.includes(code)) continue;
        assert.ok(all.includes(code), `${page}: \`${code}\``);
        count += 1;
      }
    }
    assert.ok(count > all.length, `${count} codes found`);
  });

  test('the shim has the code and the help for its own failure', () => {
    const { help, verdict } = core.codes.find(({ name }) => name === INTERNAL_ERROR) ?? {};
    assert.deepEqual([shim.CONTRACT.help, 'error'], [help, verdict]);
  });
});

test('the shim uses the transport errors of the core', () => {
  const sources = readdirSync(join(ROOT, 'js'), { recursive: true, encoding: 'utf8' });
  const code = sources
    .filter((name) => name.endsWith('.js'))
    .map((name) => text(join('js', name)))
    .join('\n');
  const used = [...code.matchAll(/\bfault\('([a-z_]+)'/g), ...code.matchAll(/^ {2}E[A-Z_]+: '([a-z_]+)',$/gm)];
  const names = new Set(used.map(([, name = '']) => name));
  assert.ok(names.size >= 6, [...names].join());
  for (const name of names) assert.ok(core.faults.includes(name), name);
});

test('all versions are equal', () => {
  assert.equal(JSON.parse(text('package.json')).version, core.version);
  assert.match(text('Cargo.toml'), new RegExp(`^version = "${core.version}"$`, 'm'));
  assert.equal(JSON.parse(text('package-lock.json')).version, core.version);
});
