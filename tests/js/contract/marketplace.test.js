// @ts-check
// What GitHub Marketplace and a new user read first. The schema of action.yml checks icons and colours, in the stage
// `actions`.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ROOT } from '../support/run-action.js';
import { FILES, INPUTS } from './public.js';

/** @typedef {import('./public.js').ActionName} ActionName */

const read = (/** @type {string} */ path) => readFileSync(join(ROOT, path), 'utf8');

/**
 * The texts of an action.yml by their path, such as `inputs.token.description`. Folded ones are on one line.
 * @param {string} path
 */
function texts(path) {
  /** @type {Map<string, string>} */
  const found = new Map();
  /** @type {string[]} */
  let place = [];
  for (const line of read(path).split('\n')) {
    const [, indent = '', key, value = ''] = /^( *)([a-z-]+):(?: (.*))?$/.exec(line) ?? [];
    const depth = indent.length / 2;
    if (key === undefined || depth > 2) {
      const name = place.join('.');
      found.set(name, `${found.get(name) ?? ''} ${line.trim()}`.trim());
      continue;
    }
    place = [...place.slice(0, depth), key];
    const bare = /^'.*'$/.test(value) ? value.slice(1, -1).replaceAll("''", "'") : value;
    found.set(place.join('.'), bare === '>-' ? '' : bare);
  }
  return found;
}

for (const action of /** @type {ActionName[]} */ (Object.keys(FILES))) {
  const described = texts(FILES[action]);

  describe(action, () => {
    test('has name, author and branding', () => {
      assert.match(described.get('name') ?? '', /^Dispatch Guard( send| report| reconcile)?$/);
      assert.match(described.get('author') ?? '', /\S/);
      assert.match(described.get('branding.icon') ?? '', /^[a-z-]+$/);
      assert.match(described.get('branding.color') ?? '', /^[a-z-]+$/);
    });

    test('describes itself in fewer than 125 characters', () => {
      const description = described.get('description') ?? '';
      assert.match(description, /^[A-Z].*\.$/);
      assert.ok(description.length < 125, `${description.length} characters`);
    });

    test('describes every input and output in complete sentences', () => {
      const all = [...described].filter(([place]) => /^(inputs|outputs)\..*\.description$/.test(place));
      assert.ok(all.length > 5);
      for (const [place, description] of all) {
        assert.match(description, /^[A-Z`].{14,}\.$/, place);
        assert.ok(description.length <= 300, `${place} has ${description.length} characters`);
        // Terms that only this project uses.
        assert.doesNotMatch(description, /\b(PR|HMAC|JWKS|GHES|ADR|W2|W5)\b/, place);
      }
    });

    test('describes the values of switches and the permissions of tokens', () => {
      for (const [name, value] of Object.entries(INPUTS[action])) {
        const description = described.get(`inputs.${name}.description`) ?? '';
        if (value === 'true' || value === 'false') assert.match(description, /`(true|false)`/, name);
        if (name === 'token') assert.match(description, /permission|Needs `|`[a-z-]+: (read|write)`/, name);
      }
    });
  });
}

test('the root has the action that Marketplace lists', () => {
  assert.equal(FILES.guard, 'action.yml');
  for (const name of ['action.yaml', 'Dockerfile']) assert.equal(existsSync(join(ROOT, name)), false, name);
  assert.equal(texts('action.yml').get('name'), 'Dispatch Guard');
});

test('README shows the use before the reference', () => {
  const readme = read('README.md');
  const steps = [
    'uses: org/dispatch-guard@v1',
    'uses: org/dispatch-guard/send@v1',
    '`org/dispatch-guard/report@v1`',
    '\n## Pin it\n',
    '\n## Inputs\n',
    '\n## Outputs\n',
    '\n## Documentation\n',
  ];
  const places = steps.map((step) => readme.indexOf(step));
  assert.ok(
    places.every((place) => place > 0),
    places.join(),
  );
  assert.deepEqual(
    [...places].sort((a, b) => a - b),
    places,
  );
});
