// @ts-check
// One set of names everywhere: the public contract, the core's registries (`tests/core/documents.rs` writes what it
// has into a fixture), the three `action.yml`, the shim, the documentation and the packages' metadata. README's tables
// are held against `action.yml` in `docs/readme.test.js`.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import * as shim from '../../../js/outputs.js';
import { readActionFile } from '../support/action-yml.js';
import { ROOT } from '../support/run-action.js';
import { answerOf, CODES, EVENTS, FILES, FLAT, INPUTS, OUTPUTS } from './public.js';

/** @typedef {import('./public.js').ActionName} ActionName */

const text = (/** @type {string} */ path) => readFileSync(join(ROOT, path), 'utf8');

/**
 * @type {{
 *   version: string,
 *   inputs: { [name in ActionName]: { name: string, default: string, flat: boolean }[] },
 *   outputs: { [name in ActionName]: string[] },
 *   codes: { name: string, step: string, answer: string, cure: string }[],
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

    test('action.yml marks what is required', () => {
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
      assert.deepEqual(shim.OUTPUTS[action], OUTPUTS[action]);
      const [deciding, ...others] = OUTPUTS[action];
      assert.deepEqual([...core.outputs[action]].sort(), [...OUTPUTS[action]].sort());
      assert.equal(core.outputs[action].at(-1), deciding, 'the deciding one is written last');
      assert.ok(others.length > 0);
    });

    test('every input and output is described', () => {
      const parts = text(FILES[action])
        .split(/^ {2}(?=[a-z])/m)
        .slice(1);
      for (const part of parts.filter((part) => !/^(icon|color|using|main):/.test(part))) {
        assert.match(part, /^ {4}description: (>-\n {6})?\S/m, part);
      }
    });

    test('it runs on the version of Node that the contract names', () => {
      assert.equal(described.using, 'node24');
    });
  });
}

test('the flat inputs are those of the contract', () => {
  const flat = core.inputs.guard.filter((input) => input.flat).map(({ name }) => name);
  assert.deepEqual(flat, FLAT);
});

test('the events are those of the contract', () => {
  assert.deepEqual(core.events, EVENTS);
});

describe('reason codes', () => {
  const all = Object.values(CODES).flat();

  test('the core has those of the contract, each in its step and its place', () => {
    assert.deepEqual(
      core.codes.map(({ name, step }) => [step, name]),
      Object.entries(CODES).flatMap(([step, codes]) => codes.map((code) => [step, code])),
    );
  });

  test('each is an error or a deny as the contract says', () => {
    for (const { name, answer } of core.codes) assert.equal(answer, answerOf(name), name);
  });

  test('their page has them in order, each with cause and cure', () => {
    const rows = text('docs/reason-codes.md')
      .split('\n')
      .filter((line) => /^\| `/.test(line));
    const cells = rows.map((row) => row.split('|').map((cell) => cell.trim()));
    assert.deepEqual(
      cells.map(([, code, answer]) => [code, answer]),
      all.map((code) => [`\`${code}\``, answerOf(code)]),
    );
    for (const [, code, , cause = '', cure = '', end] of cells) {
      assert.ok(cause.length > 15 && cure.length > 10 && end === '', code);
    }
  });

  test('no page names one that does not exist', () => {
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
        // Fields of payloads and events look alike, and so do activity types.
        if (!/^(config|actor|api)\./.test(code) && !/_/.test(code.split('.')[1] ?? '') && !all.includes(code)) continue;
        assert.ok(all.includes(code), `${page}: \`${code}\``);
        count += 1;
      }
    }
    assert.ok(count > all.length, `${count} codes found`);
  });

  test('the shim knows the one for its own failure word for word', () => {
    const { cure, answer } = core.codes.find(({ name }) => name === shim.INTERNAL_ERROR) ?? {};
    assert.deepEqual([shim.MEND, 'error'], [cure, answer]);
  });
});

test('the shim tells faults apart by the names that the core knows', () => {
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

test('versions are one', () => {
  assert.equal(JSON.parse(text('package.json')).version, core.version);
  assert.match(text('Cargo.toml'), new RegExp(`^version = "${core.version}"$`, 'm'));
  assert.equal(JSON.parse(text('package-lock.json')).version, core.version);
});
