// @ts-check
// The outputs, the log, the summary and the files; what a damaged action leaves behind; and that no
// text of others is ever more than text in any of them. Full disks and signals are in tests/js/faults.

import assert from 'node:assert/strict';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import MarkdownIt from 'markdown-it';
import { dispatchEvent, pullRequestEvent } from '../support/events.js';
import { fault, startFakeApi, TOKEN } from '../support/fake-api.js';
import { HEAD_SHA, pullRequest, USERS } from '../support/github-objects.js';
import {
  assertDecision,
  assertInvariants,
  dispatchPolicy,
  guard,
  OUTPUTS,
  SIDE_BY_SIDE,
  W5,
} from '../support/guard.js';
import { DIST, runAction } from '../support/run-action.js';

const denied = { event: dispatchEvent(undefined, { sender: USERS.stranger }) };

describe('one decision, told four times', SIDE_BY_SIDE, () => {
  for (const [name, options] of /** @type {const} */ ([
    ['an allow', {}],
    ['a deny', denied],
    ['an error', { script: { pull: fault.unauthorized() } }],
  ])) {
    test(`${name}: the audit line is output result`, async () => {
      const ran = await guard({ ...options, inputs: { ...W5, 'audit-file': 'audit.jsonl' } });
      assert.equal(ran.auditLines.length, 1, `one line of JSON in the log:\n${ran.stdout}`);
      assert.deepEqual(ran.audit[0], ran.result);
      const file = ran.files['audit.jsonl'] ?? '';
      assert.match(file, /^\{.*\}\n$/, 'the audit file has one line');
      assert.deepEqual(JSON.parse(file), ran.result);
      assert.ok(unescaped(ran.summary).includes(ran.outputs['reason-code'] ?? '-'), ran.summary);
    });

    test(`${name}: the checks are listed in order`, async () => {
      const ran = await guard(options);
      const steps = ran.result.checks.map((/** @type {any} */ check) => check.step);
      const order = ['config', 'event', 'actor', 'payload', 'provenance', 'pull_request', 'once'];
      const ranks = steps.map((/** @type {string} */ step) => order.indexOf(step));
      assert.deepEqual(
        [...ranks].sort((a, b) => a - b),
        ranks,
        steps.join(' '),
      );
      assert.deepEqual([...new Set(steps)], order, 'every step is listed');
      const failed = ran.result.checks.filter((/** @type {any} */ check) => check.status === 'fail');
      assert.equal(failed.length, name === 'an allow' ? 0 : 1, 'it stops at the first that fails');
      const after = ran.result.checks.slice(ran.result.checks.indexOf(failed[0]) + 1);
      if (failed.length > 0) for (const check of after) assert.equal(check.status, 'skip', JSON.stringify(check));
    });
  }

  test('the audit file is appended to', async () => {
    const ran = await guard({
      inputs: { ...W5, 'audit-file': 'audit.jsonl' },
      prepare: ({ workspace }) => writeFileSync(join(workspace, 'audit.jsonl'), '{"older":true}\n'),
    });
    assert.deepEqual(
      (ran.files['audit.jsonl'] ?? '')
        .trimEnd()
        .split('\n')
        .map((line) => Object.keys(JSON.parse(line)).length > 1),
      [false, true],
    );
  });

  test('the summary says who, what and which commit', async () => {
    const ran = await guard();
    for (const part of [
      'allow',
      'github-actions\\[bot\\]',
      '41898282',
      'chart-pr-created',
      'redis',
      HEAD_SHA.slice(0, 7),
      'pull_request|pull request',
    ]) {
      assert.match(unescaped(ran.summary), new RegExp(part, 'i'));
    }
  });

  test('summary: false writes none', async () => {
    for (const options of [{}, denied]) {
      const ran = await guard({ ...options, inputs: { ...W5, summary: 'false' } });
      assert.equal(ran.summary, '');
    }
  });
});

describe('text of others stays text', SIDE_BY_SIDE, () => {
  const HOSTILE = [
    '<img src=x onerror=alert(1)><script>alert(1)</script><!-- comment',
    '</td></tr></table><h1>ALLOWED</h1> &lt;b&gt;',
    'a | b | c \\| d \\\\| e',
    '`tick` ``two`` ```three``` \\`',
    '[click](https://evil.example/) ![pixel](https://evil.example/p.png) <https://evil.example/>',
    '*bold* _it_ ~~no~~ # head @acme/everyone #1',
    '::error title=fake::text ::set-output name=allowed::true',
    'x ##[error]fake ##[set-env name=PATH]x',
    '%0A::stop-commands::x ${{ github.token }} $(id)',
    '\\',
    '| ',
  ];
  const markdown = new MarkdownIt({ html: true });

  for (const text of HOSTILE) {
    for (const [where, options] of /** @type {[string, import("../support/guard.js").GuardOptions][]} */ ([
      [
        'a payload that passes',
        {
          event: dispatchEvent({ pr: 7, note: text }),
          inputs: {
            policy: dispatchPolicy('', { payload: '{pr: pull-request, note: {type: string, max-length: 300}}' }),
          },
        },
      ],
      ['a payload that is refused', { event: dispatchEvent({ pr: 7, chart: text }) }],
      ["a field's name", { event: dispatchEvent({ pr: 7, chart: 'redis', [text]: 1 }) }],
      [
        'labels and branches',
        {
          eventName: 'pull_request',
          event: pullRequestEvent({ pull: { labels: [text], title: text, body: text, head: { ref: text } } }),
        },
      ],
      [
        'a denied branch',
        { eventName: 'pull_request', event: pullRequestEvent({ pull: { base: { ref: text }, labels: [text] } }) },
      ],
      ['a dispatch type', { event: dispatchEvent(undefined, { type: text }) }],
      ['logins', { event: dispatchEvent(undefined, { sender: { login: text, id: 1 } }) }],
      [
        'an answer of the API',
        {
          script: {
            pull: fault.status(
              403,
              { 'x-accepted-github-permissions': text, 'x-github-request-id': text.replace(/[^\x20-\x7e]/g, '') },
              { message: text },
            ),
          },
        },
      ],
      ['the policy', { inputs: { policy: `version: 1\nevents:\n  ${JSON.stringify(text)}: {}\n` } }],
    ])) {
      test(`${JSON.stringify(text)} in ${where}`, async () => {
        // The invariants look for workflow commands and for outputs that do not belong there.
        const ran = await guard(options);
        assertHarmless(ran.summary);
      });
    }
  }

  for (const text of [
    'a\n::error::b',
    'a\r::error::b',
    'a\r\n::set-output name=allowed::true',
    'a\n##[error]b',
    'a\nallowed=true',
    'a\nallowed<<x\ntrue\nx',
    '\u2028::error::b',
    'a\u0085::error::b',
    '\u001b[31mred\u001b[0m',
    'a\u0000b',
    'a\u202Eb',
    'x'.repeat(60_000),
  ]) {
    for (const [where, options] of /** @type {[string, import("../support/guard.js").GuardOptions][]} */ ([
      ['a payload that is refused', { event: dispatchEvent({ pr: 7, chart: text }) }],
      ["a field's name", { event: dispatchEvent({ pr: 7, chart: 'redis', [text]: 1 }) }],
      [
        'labels and branches',
        { eventName: 'pull_request', event: pullRequestEvent({ pull: { labels: [text], head: { ref: text } } }) },
      ],
      ['a denied branch', { eventName: 'pull_request', event: pullRequestEvent({ pull: { base: { ref: text } } }) }],
      ['a dispatch type', { event: dispatchEvent(undefined, { type: text }) }],
      [
        'a login',
        {
          event: dispatchEvent(undefined, { sender: { login: text, id: 1 } }),
          environment: { GITHUB_ACTOR: text.replaceAll('\0', ''), GITHUB_TRIGGERING_ACTOR: '' },
        },
      ],
      ['an answer of the API', { script: { pull: fault.status(403, {}, { message: text }) } }],
    ])) {
      test(`${JSON.stringify(text.slice(0, 40))} in ${where}`, async () => {
        const ran = await guard(options);
        assertHarmless(ran.summary);
        assert.ok(
          !/[\u001b\u0000\u202e]/.test(ran.stdout + ran.summary),
          'no control or override character reaches a screen',
        );
        assert.ok(
          (ran.outputs.reason ?? '').length < 3_000,
          `a reason of ${(ran.outputs.reason ?? '').length} characters`,
        );
        assert.ok(ran.summary.length < 200_000, `a summary of ${ran.summary.length} characters`);
      });
    }
  }

  test('labels come back exactly as they are', async () => {
    const labels = ['a\nallowed=true', 'x\r\ny', 'q"\\', 'ghadelimiter_1', '<<EOF', '\u2028', '🦀', 'EOF\n'];
    const ran = await guard({ eventName: 'pull_request', event: pullRequestEvent({ pull: { labels } }) });
    assertDecision(ran, 'allowed');
    assert.deepEqual(JSON.parse(ran.outputs.labels ?? ''), labels);
  });

  test('what would not stay text is noticed', () => {
    const table = (/** @type {string} */ cell) => `| a | b |\n| --- | --- |\n| x | ${cell} |\n`;
    for (const cell of [
      '<img src=x>',
      'b | c',
      'b \\\\| c',
      '[x](https://evil.example/)',
      '![x](https://evil.example/x.png)',
    ]) {
      assert.throws(() => assertHarmless(table(cell)), cell);
    }
    assert.throws(() => assertHarmless('# head\n'));
    assertHarmless(table('b \\| <code>c</code>'));
  });

  /** @param {string} summary */
  function assertHarmless(summary) {
    const tokens = markdown.parse(summary, {});
    const inline = tokens.flatMap((token) => [token, ...(token.children ?? [])]);
    const html = inline
      .filter(({ type }) => type === 'html_block' || type === 'html_inline')
      .map(({ content }) => content.trim());
    for (const tag of html)
      assert.match(tag, /^<\/?(details|summary|br|code|b|sub|p)\s*\/?>$/, `HTML of others in the summary: ${tag}`);
    for (const token of inline.filter(({ type }) => type === 'link_open' || type === 'image')) {
      assert.doesNotMatch(
        String(token.attrGet('href') ?? token.attrGet('src')),
        /evil\.example/,
        `a link of others in the summary:\n${summary}`,
      );
    }
    const headings = tokens.flatMap((token, index) =>
      token.type === 'heading_open' ? [tokens[index + 1]?.content ?? ''] : [],
    );
    assert.ok(
      !headings.some((heading) => heading === 'ALLOWED' || heading === 'head'),
      `a heading of others: ${headings.join(', ')}`,
    );
    let columns = 0;
    for (const line of summary.split('\n')) {
      const pipes = /^\|.*\|\s*$/.test(line) ? (line.match(/(?<!\\)(?:\\\\)*\|/g)?.length ?? 0) : 0;
      if (pipes === 0) columns = 0;
      else if (columns === 0) columns = pipes;
      else assert.equal(pipes, columns, `a cell too many: ${line}`);
    }
  }
});

describe('whatever happens, allowed is false and every output is set', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'dispatch-guard-dist-'));
  after(() => rmSync(scratch, { recursive: true, force: true }));

  /** A copy of dist with something done to it. @param {string} name @param {(dist: string) => void} change */
  function brokenDist(name, change) {
    const dist = join(scratch, name.replaceAll(' ', '-'));
    cpSync(DIST, dist, { recursive: true });
    change(dist);
    return dist;
  }

  /** @param {string} dist */
  function wasmOf(dist) {
    const file = readdirSync(dist).find((entry) => entry.endsWith('.wasm'));
    assert.ok(file !== undefined, 'there is a .wasm file in dist');
    return join(dist, file);
  }

  /** @type {[name: string, change: (dist: string) => void][]} */
  const DAMAGES = [
    ['the wasm is missing', (dist) => rmSync(wasmOf(dist))],
    ['the wasm is empty', (dist) => truncateSync(wasmOf(dist), 0)],
    ['the wasm is cut short', (dist) => truncateSync(wasmOf(dist), 4_096)],
    ['one byte of the wasm is missing', (dist) => truncateSync(wasmOf(dist), readFileSync(wasmOf(dist)).length - 1)],
    [
      'one bit of the wasm is another',
      (dist) => {
        const bytes = readFileSync(wasmOf(dist));
        bytes[bytes.length >> 1] = /** @type {number} */ (bytes[bytes.length >> 1]) ^ 1;
        writeFileSync(wasmOf(dist), bytes);
      },
    ],
    ['the wasm is another program', (dist) => writeFileSync(wasmOf(dist), Buffer.from('0061736d01000000', 'hex'))],
    [
      'the wasm is a directory',
      (dist) => {
        const wasm = wasmOf(dist);
        rmSync(wasm);
        mkdirSync(wasm);
      },
    ],
  ];
  for (const [name, change] of DAMAGES) {
    test(name, async () => {
      const ran = await guard({ dist: brokenDist(name, change) });
      assertDecision(ran, { code: 'internal.error', exit: 1, requests: 0 });
      assert.equal(ran.annotations.length, 1);
      for (const empty of ['pr-number', 'head-sha', 'payload', 'actor']) assert.equal(ran.outputs[empty], '', empty);
    });
  }

  test('there is no file for the outputs', async () => {
    for (const GITHUB_OUTPUT of ['/dev/null/output', undefined, '']) {
      const api = await startFakeApi({ pulls: { 7: pullRequest() } });
      const ran = await runAction({
        event: dispatchEvent(),
        inputs: W5,
        apiUrl: api.url,
        environment: { GITHUB_OUTPUT },
      });
      await api.close();
      assert.equal(ran.hung, false);
      assert.notEqual(
        ran.code,
        0,
        `GITHUB_OUTPUT=${GITHUB_OUTPUT}: an allow that no later step can see is a failure\n${ran.stdout}`,
      );
      assert.ok(
        !(ran.stdout + ran.stderr).split('\n').some((line) => line.includes(TOKEN) && !line.startsWith('::add-mask::')),
      );
    }
  });

  test('the summary cannot be written: a warning, no more', async () => {
    for (const GITHUB_STEP_SUMMARY of ['/dev/null/summary', undefined]) {
      const ran = await guard({ environment: { GITHUB_STEP_SUMMARY } });
      assertDecision(ran, 'allowed');
      assert.ok(ran.annotations.every(({ name }) => name === 'warning'));
    }
  });

  test('the audit file cannot be written: no allow without its record', async () => {
    for (const path of ['/dev/null/audit.jsonl', '.']) {
      const ran = await guard({ inputs: { ...W5, 'audit-file': path } });
      assertDecision(ran, { code: ['internal.error', 'config.invalid_input'], exit: 1 });
    }
  });

  test('the event file cannot be read', { skip: process.getuid?.() === 0 && 'root reads everything' }, async () => {
    const ran = await guard({ prepare: ({ environment }) => chmodSync(environment.GITHUB_EVENT_PATH ?? '', 0) });
    assertDecision(ran, 'event.unreadable');
  });

  test('dist works from another place', async () => {
    const dist = join(scratch, 'a place with spaces, ünïcödé and #hash%20');
    mkdirSync(dist);
    for (const file of readdirSync(DIST))
      if (!existsSync(join(dist, file))) copyFileSync(join(DIST, file), join(dist, file));
    const ran = await guard({ dist });
    assertDecision(ran, 'allowed');
  });
});

describe('no secret anywhere', SIDE_BY_SIDE, () => {
  test('the token is masked before anything is printed', async () => {
    const ran = await guard();
    const [first] = ran.commands;
    assert.deepEqual([first?.name, first?.message], ['add-mask', TOKEN]);
  });

  test('signing keys are masked line by line, and printed nowhere', async () => {
    const keys = ['first-key-0123456789', 'second-key-9876543210'];
    const ran = await guard({ inputs: { ...W5, 'signing-keys': `${keys.join('\n')}\n` }, secrets: keys });
    const masked = ran.commands.filter(({ name }) => name === 'add-mask').map(({ message }) => message);
    for (const key of keys) assert.ok(masked.includes(key), `${key} is masked`);
  });

  test('a token in the wrong input is not printed back', async () => {
    for (const name of ['mode', 'events', 'allowed-actors', 'require-merged']) {
      const ran = await guard({ inputs: { ...W5, [name]: TOKEN } });
      assert.equal(ran.outputs.allowed, 'false');
    }
  });

  test('a token in the payload is not printed back', async () => {
    const ran = await guard({ event: dispatchEvent({ pr: TOKEN, chart: 'redis' }) });
    assertDecision(ran, 'payload.invalid_field');
  });
});

test('the list of outputs in these tests is the one in action.yml', async () => {
  const { readActionFile } = await import('../support/action-yml.js');
  const { ROOT } = await import('../support/run-action.js');
  assert.deepEqual(readActionFile(join(ROOT, 'action.yml')).outputs.toSorted(), [...OUTPUTS].toSorted());
});

test('a harness that notices nothing would pass all of this', async () => {
  const ran = await guard();
  assert.throws(() => assertInvariants({ ...ran, outputs: { ...ran.outputs, allowed: 'false' } }));
  assert.throws(() => assertInvariants({ ...ran, stdout: `${ran.stdout}\nleak ${TOKEN}` }));
  assert.throws(() => assertInvariants({ ...ran, commands: [{ name: 'set-env', properties: {}, message: 'x' }] }));
  const { 'head-sha': _, ...fewer } = ran.outputs;
  assert.throws(() => assertInvariants({ ...ran, outputs: /** @type {any} */ (fewer) }));
});

/** @param {string} text */
function unescaped(text) {
  return text
    .replace(/\\([\\`*_{}[\]()#+.!|<>~-])/g, '$1')
    .replace(/&#(\d+);/g, (_, number) => String.fromCodePoint(Number(number)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
