// @ts-check
// How the bundle reports a decision: exit status, annotation, log, summary, files, masks. Files that cannot be written
// and signals are in tests/js/faults, a damaged `dist` is in tests/js/shim.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import MarkdownIt from 'markdown-it';
import { CONCURRENT } from '../support/action.js';
import { dispatchEvent, pullRequestEvent } from '../support/events.js';
import { fault, TOKEN } from '../support/fake-api.js';
import { HEAD_SHA, USERS } from '../support/github-objects.js';
import { assertDecision, dispatchPolicy, guard, W5 } from '../support/guard.js';
import { assertInvariants } from '../support/invariants.js';
import { runAction } from '../support/run-action.js';

const denied = { event: dispatchEvent(undefined, { sender: USERS.stranger }) };

describe('exit status and annotation', CONCURRENT, () => {
  /** @type {[name: string, options: import('../support/guard.js').GuardOptions, code: string, exit: number, level: string][]} */
  const CASES = [
    ['a denial', denied, 'actor.not_allowed', 1, 'error'],
    [
      'a denial with mode: evaluate',
      { ...denied, inputs: { ...W5, mode: 'evaluate' } },
      'actor.not_allowed',
      0,
      'warning',
    ],
    [
      'a denial with on-deny: skip',
      { ...denied, inputs: { ...W5, 'on-deny': 'skip' } },
      'actor.not_allowed',
      0,
      'notice',
    ],
    [
      'an error with mode: evaluate and on-deny: skip',
      {
        inputs: { ...W5, mode: 'evaluate', 'on-deny': 'skip' },
        script: { pull: fault.forbidden('pull_requests=read') },
      },
      'api.forbidden',
      1,
      'error',
    ],
  ];
  /** What an annotation says of a denial that does not fail the step. */
  const PREFIXES = /** @type {Record<string, string>} */ ({
    warning: 'the run would be denied: ',
    notice: 'the run is skipped: ',
  });
  for (const [name, options, code, exit, level] of CASES) {
    test(`${name}: ${exit}, ${level}`, async () => {
      const ran = await guard(options);
      assertDecision(ran, { code, exit });
      const [annotation] = ran.annotations;
      assert.deepEqual([annotation?.name, annotation?.properties.title], [level, `dispatch-guard: ${code}`]);
      const said = `${PREFIXES[level] ?? ''}${ran.outputs.reason}`.toLowerCase();
      assert.ok(annotation?.message.toLowerCase().startsWith(said), annotation?.message);
    });
  }
});

describe('records', CONCURRENT, () => {
  for (const [name, options] of /** @type {const} */ ([
    ['an allow', {}],
    ['a denial', denied],
  ])) {
    test(`of ${name}: output result, audit line and audit file agree, and the evidence holds them`, async () => {
      const ran = await guard({
        ...options,
        inputs: { ...W5, 'audit-file': 'audit.jsonl', 'evidence-file': 'out/evidence.json' },
        prepare: ({ workspace }) => writeFileSync(join(workspace, 'audit.jsonl'), '{"older":true}\n'),
      });
      assert.equal(ran.auditLines.length, 1, ran.stdout);
      assert.deepEqual(ran.audit[0], ran.result);
      const [older, added, ...more] = (ran.files['audit.jsonl'] ?? '').split('\n');
      assert.deepEqual([older, more], ['{"older":true}', ['']], 'the audit file is appended to');
      assert.deepEqual(JSON.parse(added ?? ''), ran.result);
      assert.deepEqual(JSON.parse(ran.files['out/evidence.json'] ?? '').decision, ran.result);
      assert.ok(ran.summary.includes(name === 'an allow' ? HEAD_SHA : 'eve'), ran.summary);
    });
  }

  test('an allow that no later step can read is a failure', async () => {
    const ran = await runAction({
      eventName: 'pull_request',
      event: pullRequestEvent(),
      inputs: W5,
      environment: { GITHUB_OUTPUT: '' },
    });
    assert.deepEqual([ran.hung, ran.code], [false, 1], ran.stdout);
  });
});

describe('untrusted text', CONCURRENT, () => {
  const HOSTILE = [
    '<img src=x onerror=alert(1)><script>alert(1)</script><!-- comment',
    '</td></tr></table><h1>ALLOWED</h1> &lt;b&gt;',
    'a | b | c \\| d \\\\| e',
    '`tick` ``two`` ```three``` \\`',
    '[click](https://evil.example/) ![pixel](https://evil.example/p.png) <https://evil.example/>',
    '*bold* _it_ ~~no~~ # head @acme/everyone #1 acme/charts#1 GH-1',
    'https://evil.example/a www.evil.example mona@evil.example ftp://evil.example &#60;img src=x&#62; &commat;acme',
    '</code></details><details open><summary>x</summary>',
    '::error title=fake::text ::set-output name=allowed::true',
    'x ##[error]fake ##[set-env name=PATH]x',
    '%0A::stop-commands::x $(id)',
    'a\nallowed<<x\ntrue\nx',
    'a\r\n::set-output name=allowed::true',
    '\u2028::error::b',
    '\u001b[31mred\u001b[0m \u202Eoverride',
    'EOF\n',
  ];

  test('labels and branches come back unchanged, and stay text in log and summary', async () => {
    const pull = { labels: HOSTILE, title: 'TITLE', body: 'BODY', head: { ref: HOSTILE.join(' ') } };
    const ran = await guard({ eventName: 'pull_request', event: pullRequestEvent({ pull }) });
    assertDecision(ran, { code: 'allowed', outputs: { 'head-ref': HOSTILE.join(' ') } });
    assert.deepEqual(JSON.parse(ran.outputs.labels ?? ''), HOSTILE);
    assertHarmless(ran.summary);
    assert.doesNotMatch(ran.stdout + ran.summary, /[\u001b\u202e]/);
    assert.doesNotMatch(JSON.stringify(ran.outputs) + ran.stdout + ran.summary, /TITLE|BODY/);
  });

  test('a payload that is allowed stays text in the summary', async () => {
    const printable = HOSTILE.filter((text) => !/[\p{Cc}\u202E\u2028]/u.test(text));
    const notes = Object.fromEntries(printable.slice(0, 9).map((text, index) => [`n${index}`, text]));
    const declared = Object.keys(notes).map((name) => `${name}: string`);
    const ran = await guard({
      event: dispatchEvent({ pr: 7, ...notes }),
      inputs: { policy: dispatchPolicy('', { payload: `{pr: pull-request, ${declared.join(', ')}}` }) },
    });
    assertDecision(ran, { code: 'allowed' });
    assertHarmless(ran.summary);
  });

  test('an answer of the API stays text', async () => {
    const text = HOSTILE.join(' ');
    const headers = { 'x-accepted-github-permissions': text.replace(/[^\x20-\x7e]/g, '') };
    const ran = await guard({ script: { pull: fault.status(403, headers, { message: text }) } });
    assertDecision(ran, { code: 'api.forbidden' });
    assertHarmless(ran.summary);
    assert.ok((ran.outputs.reason ?? '').length < 3_000);
  });

  test('the check of a summary detects markup', () => {
    const table = (/** @type {string} */ cell) => `| a | b |\n| --- | --- |\n| x | ${cell} |\n`;
    for (const cell of [
      '@acme/release',
      '#1',
      'https://evil.example/',
      '<img src=x>',
      'b | c',
      'b \\\\| c',
      '[x](https://evil.example/)',
      '![x](https://evil.example/)',
    ])
      assert.throws(() => assertHarmless(table(cell)), cell);
    assert.throws(() => assertHarmless('# head\n'));
    assertHarmless(table('b \\| <code>c</code>'));
  });

  const markdown = new MarkdownIt({ html: true, linkify: true });
  const OUR_ELEMENTS =
    /^(<\/?code>|<details><summary>(Other checks|Checks): \d+ passed, \d+ skipped<\/summary>|<\/details>)$/;
  const OUR_LINKS = /^https:\/\/github\.com\/(acme|org)\/[\w-]+\/(pull|commit|actions\/runs|blob\/v1\/docs)\/[\w.#-]+$/;

  /** Fails if a summary has markup that is not ours. @param {string} summary */
  function assertHarmless(summary) {
    const tokens = markdown.parse(summary, {});
    for (const { type, content, attrs } of tokens.flatMap((token) => [token, ...(token.children ?? [])])) {
      if (type.startsWith('html_')) assert.match(content.trim(), OUR_ELEMENTS);
      assert.notEqual(type, 'image');
      if (type === 'link_open') assert.match(String(attrs?.[0]?.[1]), OUR_LINKS);
    }
    // GitHub links mentions and references in the text that is not code.
    const prose = markdown
      .render(summary)
      .replace(/<a .*?<\/a>|<code>.*?<\/code>/gs, '')
      .replace(/<[^>]*>/g, '');
    assert.doesNotMatch(prose, /@|#|\bGH-\d/i);
    const headings = tokens.map((token, index) => (token.type === 'heading_open' ? tokens[index + 1]?.content : ''));
    assert.ok(!headings.some((heading) => heading === 'ALLOWED' || heading === 'head'), headings.join(', '));
    let columns = 0;
    for (const line of summary.split('\n')) {
      const pipes = /^\|.*\|\s*$/.test(line) ? (line.match(/(?<!\\)(?:\\\\)*\|/g)?.length ?? 0) : 0;
      if (pipes > 0 && columns > 0) assert.equal(pipes, columns, `another number of cells: ${line}`);
      columns = pipes;
    }
  }
});

describe('secrets', CONCURRENT, () => {
  test('token and signing keys are masked first, line by line, and never printed', async () => {
    const keys = ['first-key-0123456789', 'second-key-9876543210'];
    const ran = await guard({
      event: dispatchEvent({ pr: TOKEN, chart: 'redis' }),
      inputs: { ...W5, 'signing-keys': `${keys.join('\n')}\n` },
      secrets: keys,
    });
    assertDecision(ran, { code: 'payload.invalid_field' });
    const first = ran.commands.slice(0, 3).map(({ name, message }) => [name, message]);
    assert.deepEqual(first.sort(), [TOKEN, ...keys].map((secret) => ['add-mask', secret]).sort());
  });
});

test('the invariants fail on a run that breaks them', async () => {
  const ran = await guard();
  const { 'head-sha': _, ...fewer } = ran.outputs;
  for (const change of /** @type {Partial<typeof ran>[]} */ ([
    { outputs: { ...ran.outputs, allowed: 'false' } },
    { outputs: /** @type {any} */ (fewer) },
    { stdout: `${ran.stdout}\nleak ${TOKEN}` },
    { commands: [{ name: 'set-env', properties: {}, message: 'x' }] },
    { code: 1 },
  ]))
    assert.throws(() => assertInvariants({ ...ran, ...change }));
});
