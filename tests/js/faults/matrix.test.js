// @ts-check
// Each request of the three actions meets each fault, each file each trouble, each action each signal: a process of the
// bundle for each, held against the contract. What is observed is docs/faults.md.

import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startFakeApi } from '../support/fake-api.js';
import { ROOT } from '../support/run-action.js';
import { CALLS } from './calls.js';
import { expectation, FAULTS } from './faults.js';
import { applies, EXPECTED, HAS_FULL, publicDist, ROWS, trouble, TROUBLES } from './files.js';
import { exhaust, meet } from './meet.js';
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

/** What was found, by what it was found of. @type {Map<string, any>} */
const observed = new Map();
/** @param {object} subject @param {string} circumstance */
const key = (subject, circumstance) => `${[...CALLS, ...ROWS].findIndex((one) => one === subject)} ${circumstance}`;
let expected = 0;

/** Tests whose result stands on the page. @param {string} name @param {string} at @param {() => Promise<any>} find @param {string | false} [skip] */
function finds(name, at, find, skip = false) {
  expected += 1;
  test(name, { skip }, async () => void observed.set(at, await find()));
}

describe('faults', { concurrency: true }, () => {
  for (const call of CALLS) {
    describe(`${call.action}: ${call.name}`, { concurrency: true }, () => {
      for (const fault of FAULTS) {
        finds(fault.title, key(call, fault.id), async () => {
          const found = await meet(call, fault, elsewhere);
          assert.deepEqual(found, expectation(call, fault));
          return found;
        });
      }
    });
  }

  finds('no request has more than what is left of 60 seconds', 'time', async () => {
    const { code, seconds } = await exhaust();
    assert.equal(code, 'api.unavailable');
    assert.ok(seconds > 50 && seconds < 70, `it took ${seconds} s`);
    return { code };
  });

  describe('files', { concurrency: true }, () => {
    for (const row of ROWS) {
      for (const { id, title } of TROUBLES.filter(({ id }) => applies(row.target, id))) {
        const skip = id === 'full' && !HAS_FULL && 'there is no /dev/full';
        finds(
          `${row.call.action}: ${row.target}: ${title}`,
          key(row, id),
          async () => {
            const found = await trouble(row.call, row.target, id, dist);
            assert.equal(found, EXPECTED[row.call.action][row.target]?.[id]);
            return found;
          },
          skip,
        );
      }
    }
  });

  describe('signals', { concurrency: true }, () => {
    for (const call of INTERRUPTED) {
      for (const signal of SIGNALS)
        finds(`${call.action}: ${call.name}: ${signal}`, key(call, signal), () => interrupt(call, signal));
    }
  });
});

test('another host has heard nothing', () => assert.deepEqual(elsewhere.requests, []));

test('faults lead to every code that is about them', () => {
  const codes = new Set([...observed.values()].map((found) => found.code ?? /`([^`]*)`/.exec(found)?.[1]));
  for (const code of ['unauthorized', 'forbidden', 'rate_limited', 'unavailable', 'invalid_response'])
    assert.ok(codes.has(`api.${code}`), code);
  assert.ok(codes.has('internal.error') && codes.has('actor.unverified') && codes.has('allowed'));
});

test('docs/faults.md says what was observed', (t) => {
  if (observed.size < expected) return t.skip('not everything was observed');
  const text = page({
    matrix: (call, fault) => observed.get(key(call, fault)),
    files: (row, id) => observed.get(key(row, id)),
    signals: (call, signal) => observed.get(key(call, signal)),
    time: observed.get('time'),
  });
  const file = join(ROOT, 'docs/faults.md');
  if (process.env.UPDATE_DOCS) writeFileSync(file, text);
  assert.equal(text, readFileSync(file, 'utf8'), 'UPDATE_DOCS=1 writes it anew');
});
