// @ts-check
// Every request in endpoints.js with every fault, every file with every write error, every action with every signal:
// one process of the bundle for each. The results are docs/internals/faults.md.

import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startFakeApi } from '../support/fake-api.js';
import { ROOT } from '../support/run-action.js';
import { ENDPOINTS } from './endpoints.js';
import { expectation, FAULTS } from './fault-kinds.js';
import { applies, EXPECTED, HAS_FULL, publicDist, ROWS, runFileFault, FILE_FAULTS } from './files.js';
import { runWithoutAnswers, runCase } from './run-case.js';
import { page } from './page.js';
import { INTERRUPTED, interrupt, SIGNALS } from './signals.js';

/** @type {import('../support/fake-api.js').FakeApi} */
let elsewhere;
let dist = '';
before(async () => {
  elsewhere = await startFakeApi();
  dist = publicDist();
});
after(async () => {
  await elsewhere.close();
  rmSync(dist, { recursive: true });
});

/** The results, by subject and circumstance. @type {Map<string, any>} */
const observed = new Map();
/** @param {object} subject @param {string} circumstance */
const key = (subject, circumstance) => `${[...ENDPOINTS, ...ROWS].findIndex((one) => one === subject)} ${circumstance}`;
let expected = 0;

/** A test whose result is shown on the page. @param {string} name @param {string} at @param {() => Promise<any>} find @param {string | false} [skip] */
function finds(name, at, find, skip = false) {
  expected += 1;
  test(name, { skip }, async () => void observed.set(at, await find()));
}

describe('faults', { concurrency: true }, () => {
  for (const endpoint of ENDPOINTS) {
    describe(`${endpoint.action}: ${endpoint.name}`, { concurrency: true }, () => {
      for (const fault of FAULTS) {
        finds(fault.title, key(endpoint, fault.id), async () => {
          const found = await runCase(endpoint, fault, elsewhere);
          assert.deepEqual(found, expectation(endpoint, fault));
          return found;
        });
      }
    });
  }

  finds('a run ends after 60 seconds, whatever its requests', 'time', async () => {
    const { code, seconds } = await runWithoutAnswers();
    assert.equal(code, 'api.unavailable');
    assert.ok(seconds > 50 && seconds < 70, `it took ${seconds} s`);
    return { code };
  });

  describe('files', { concurrency: true }, () => {
    for (const row of ROWS) {
      for (const { id, title } of FILE_FAULTS.filter(({ id }) => applies(row.target, id))) {
        const skip = id === 'full' && !HAS_FULL && 'there is no /dev/full';
        finds(
          `${row.endpoint.action}: ${row.target}: ${title}`,
          key(row, id),
          async () => {
            const found = await runFileFault(row.endpoint, row.target, id, dist);
            assert.equal(found, EXPECTED[row.endpoint.action][row.target]?.[id]);
            return found;
          },
          skip,
        );
      }
    }
  });

  describe('signals', { concurrency: true }, () => {
    for (const endpoint of INTERRUPTED) {
      for (const signal of SIGNALS)
        finds(`${endpoint.action}: ${endpoint.name}: ${signal}`, key(endpoint, signal), () =>
          interrupt(endpoint, signal),
        );
    }
  });
});

test('another host receives no request', () => assert.deepEqual(elsewhere.requests, []));

test('the faults cover every code of the API', () => {
  const codes = new Set([...observed.values()].map((found) => found.code ?? /`([^`]*)`/.exec(found)?.[1]));
  for (const code of ['unauthorized', 'forbidden', 'rate_limited', 'unavailable', 'invalid_response'])
    assert.ok(codes.has(`api.${code}`), code);
  assert.ok(codes.has('internal.error') && codes.has('actor.unverified') && codes.has('allowed'));
});

test('docs/internals/faults.md shows the results', (t) => {
  if (observed.size < expected) return t.skip('some cases did not run');
  const text = page({
    matrix: (endpoint, fault) => observed.get(key(endpoint, fault)),
    files: (row, id) => observed.get(key(row, id)),
    signals: (endpoint, signal) => observed.get(key(endpoint, signal)),
    time: observed.get('time'),
  });
  const file = join(ROOT, 'docs/internals/faults.md');
  if (process.env.UPDATE_DOCS) writeFileSync(file, text);
  assert.equal(text, readFileSync(file, 'utf8'), 'UPDATE_DOCS=1 rewrites it');
});
