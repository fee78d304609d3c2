// @ts-check
// Generated texts pass through the bundle and the files of the runner unchanged, and none becomes another output. The
// environment variable SEED repeats a failure.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { CONCURRENT, runInPush } from '../support/action.js';
import { dispatchEvent, pullRequestEvent } from '../support/events.js';
import { HEAD_SHA } from '../support/github-objects.js';
import { assertDecision, dispatchPolicy, guard } from '../support/guard.js';
import { inProcess, temporaryDirectory } from '../shim/parts.js';

const SEED = Number(process.env.SEED ?? 0x2545f491);
/** Runs of each kind, each with many texts. */
const RUNS = 4;

/** What a reader of the files, the log or the summary could misinterpret. */
const PIECES = [
  ...['\n', '\r', '\r\n', '\0', '\t', '\u0085', '\u2028', '\u2029', '\ufeff', '\u202e', '\u001b[31m'],
  ...['<<', '=', '::', '##[', ']', '%0A', '%', '"', '\\', '`', '|', '<', '${{ ', ' }}', '$(', ' '],
  ...[
    'allowed',
    'sent',
    'reported',
    'true',
    'EOF',
    'ghadelimiter_',
    'dispatch-guard',
    '-',
    'x',
    'é',
    '🦀',
    '__proto__',
  ],
  ...['allowed=true', '\nallowed=true\n', '\nallowed<<x\ntrue\nx\n', '\ndispatch-guard\nallowed=true\n'],
  ...['::set-output name=allowed::true', '\n::error::x', '::stop-commands::x', '::add-mask::x'],
];

/** Texts from a seed: xorshift32. @param {number} seed */
function texts(seed) {
  let state = seed | 1;
  const below = (/** @type {number} */ limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
  const character = () => {
    const point = below(3) === 0 ? below(0x110000) : below(0x250);
    // A lone surrogate has no UTF-8 form, so no file can contain it.
    return point >= 0xd800 && point <= 0xdfff ? '?' : String.fromCodePoint(point);
  };
  const piece = () => (below(4) === 0 ? character() : /** @type {string} */ (PIECES[below(PIECES.length)]));
  const text = () => Array.from({ length: below(12) }, piece).join('');
  return { below, text, many: (/** @type {number} */ count) => Array.from({ length: count }, text) };
}

/**
 * GITHUB_OUTPUT as the runner on Linux reads it (actions/runner, `FileCommandManager`): only a line feed ends a line;
 * everything else is part of the text.
 * @param {string} text
 */
function readAsRunner(text) {
  /** @type {[name: string, value: string][]} */
  const entries = [];
  let index = 0;
  const line = () => {
    if (index >= text.length) return undefined;
    const end = text.indexOf('\n', index);
    const found = text.slice(index, end < 0 ? text.length : end);
    index = end < 0 ? text.length : end + 1;
    return found;
  };
  for (let row = line(); row !== undefined; row = line()) {
    if (row === '') continue;
    const [equals, heredoc] = [row.indexOf('='), row.indexOf('<<')];
    assert.ok(heredoc > 0 && (equals < 0 || heredoc < equals), `a line that begins no output: ${JSON.stringify(row)}`);
    const delimiter = row.slice(heredoc + 2);
    const start = index;
    let end = index;
    for (let part = line(); part !== delimiter; part = line()) {
      assert.ok(part !== undefined, `no delimiter ends ${row}`);
      end = index - 1;
    }
    entries.push([row.slice(0, heredoc), text.slice(start, end)]);
  }
  return entries;
}

test('the runner reads any text exactly as the shim wrote it', async (t) => {
  const { many } = texts(SEED);
  const directory = temporaryDirectory(t);
  const [given, written] = [join(directory, 'given'), join(directory, 'written')];
  const values = Object.fromEntries(many(4000).map((value, index) => [`output-${index}`, value]));
  writeFileSync(given, JSON.stringify(values));
  const code = `
    import { readFileSync } from 'node:fs';
    import { createRunner } from 'SHIM/action/runner.js';
    createRunner().outputs(JSON.parse(readFileSync(process.env.GIVEN, 'utf8')));
  `;
  const ran = await inProcess(code, { environment: { GIVEN: given, GITHUB_OUTPUT: written } });
  assert.equal(ran.status, 0, ran.stderr);
  assert.deepEqual(readAsRunner(readFileSync(written, 'utf8')), Object.entries(values));
});

// `guard` and `runInPush` check the invariants, among them that every output and no other is set.
describe('untrusted text', CONCURRENT, () => {
  for (let run = 1; run <= RUNS; run += 1) {
    const { below, text, many } = texts(SEED + 7919 * run);
    const seed = `seed ${SEED}, run ${run}`;

    test(`a pull request's branch, labels and author (${seed})`, async () => {
      const [ref, labels] = [`x${text()}`, many(80)];
      const ran = await guard({
        eventName: 'pull_request',
        event: pullRequestEvent({ pull: { head: { ref }, labels, title: text(), body: text() } }),
      });
      assertDecision(ran, { code: 'allowed' });
      assert.equal(ran.outputs['head-ref'], ref);
      assert.deepEqual(JSON.parse(ran.outputs.labels ?? ''), labels);
    });

    test(`a dispatch's type and an undeclared field (${seed})`, async () => {
      const type = `x${text()}`;
      const ran = await guard({ event: dispatchEvent({ pr: 7, [text()]: text() }, { type }) });
      assertDecision(ran, { code: 'event.type_not_allowed' });
      assert.equal(ran.outputs['event-type'], type);
    });

    test(`a payload that passes (${seed})`, async () => {
      // A field of the type `string` rejects control and bidirectional characters.
      const plain = () => `x${text()}`.replace(/[\p{Cc}\p{Bidi_C}\u2028\u2029]/gu, '').slice(0, 200);
      const names = ['a', 'b', 'c', 'd', 'e', 'f'];
      const fields = Object.fromEntries(names.map((name) => [name, plain().replace(/[\ud800-\udbff]$/, '')]));
      const declared = names.map((name) => `${name}: string`).join(', ');
      const ran = await guard({
        event: dispatchEvent({ pr: 7, ...fields }),
        inputs: { policy: dispatchPolicy('', { payload: `{pr: pull-request, ${declared}}` }) },
      });
      assertDecision(ran, { code: 'allowed' });
      assert.deepEqual(JSON.parse(ran.outputs.payload ?? ''), { pr: 7, ...fields });
    });

    test(`a payload that is sent (${seed})`, async () => {
      const payload = Object.fromEntries(
        many(8).map((name, index) => [`${index}${name}`, [text(), { [text()]: below(9) }]]),
      );
      // The runner would evaluate what looks like an expression.
      const json = JSON.stringify(payload).replaceAll('${{', '\\u0024{{');
      const inputs = { 'event-type': 'chart-pr-created', 'client-payload': json };
      const ran = await runInPush('send', { inputs });
      assert.equal(ran.outputs.sent, 'true', ran.stdout);
      const { _guard: envelope, ...sent } = ran.dispatches[0]?.client_payload ?? {};
      assert.deepEqual(sent, payload);
      assert.deepEqual(JSON.parse(ran.outputs.payload ?? ''), { ...payload, _guard: envelope });
    });

    test(`a description that is reported (${seed})`, async () => {
      const inputs = { sha: HEAD_SHA, description: text().replaceAll(/\0|\$\{\{/g, '') };
      const ran = await runInPush('report', { inputs });
      assert.equal(ran.outputs.reported, 'true', ran.stdout);
    });
  }
});
