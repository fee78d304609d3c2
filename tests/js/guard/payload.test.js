// @ts-check
// What a dispatch may carry. The text of the payload is written by hand where JSON.stringify cannot say it.

import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { dispatchEvent, workflowDispatchEvent } from '../support/events.js';
import { HEAD_SHA, MOVED_SHA, pullRequest } from '../support/github-objects.js';
import { decides, dispatchPolicy, policyFor, SIDE_BY_SIDE, W5 } from '../support/guard.js';

const MARK = '@@payload@@';

/** The text of an event whose client_payload is exactly `text`. @param {string} text */
const eventWith = (text) => JSON.stringify(dispatchEvent(MARK)).replace(`"${MARK}"`, () => text);

const denied = { requests: 0 };
const world = { pulls: { 7: pullRequest(), 2147483647: pullRequest({ number: 2147483647 }) } };

/**
 * A dispatch with one more field next to `pr`.
 * @param {string} declared type, or a map of one @param {string} value JSON text
 */
const field = (declared, value) => ({
  event: eventWith(`{"pr":7,"field":${value}}`),
  inputs: { policy: dispatchPolicy('', { payload: `{pr: pull-request, field: ${declared}}` }) },
});

describe('pull-request', SIDE_BY_SIDE, () => {
  const rule = { inputs: { policy: dispatchPolicy() }, world };
  for (const value of ['7', '"7"']) {
    decides(
      `${value} is PR 7`,
      { ...rule, event: eventWith(`{"pr":${value}}`) },
      { code: 'allowed', requests: 1, outputs: { 'pr-number': '7' } },
      (ran) => {
        assert.equal(ran.requests[0]?.path, '/repos/acme/charts/pulls/7');
        assert.equal(Number(JSON.parse(ran.outputs.payload ?? '').pr), 7);
      },
    );
  }
  decides(
    '2147483647 is the last number',
    { ...rule, event: eventWith('{"pr":2147483647}') },
    { code: 'allowed', outputs: { 'pr-number': '2147483647' } },
  );
  decides('"2147483647" as well', { ...rule, event: eventWith('{"pr":"2147483647"}') }, 'allowed');

  for (const value of [
    '0',
    '-1',
    '-0',
    '1.5',
    '7.5e0',
    '1e400',
    '-1e400',
    '1e-400',
    '9007199254740993',
    '2147483648',
    '4294967303',
    '18446744073709551623',
    'true',
    'false',
    '[7]',
    '[]',
    '{}',
    '{"number":7}',
    '"0"',
    '"-7"',
    '"+7"',
    '"007"',
    '" 7"',
    '"7 "',
    '"7\\n"',
    '"\\u0037\\u0000"',
    '"7.0"',
    '"7e0"',
    '"0x7"',
    '"7/files"',
    '"7?x=1"',
    '"7#"',
    '"../7"',
    '"..%2f7"',
    '""',
    '"٧"',
    '"７"',
    '"2147483648"',
    '"99999999999"',
    '"#7"',
    '"seven"',
    '"pull/7"',
  ]) {
    decides(
      `${value} is no PR`,
      { ...rule, event: eventWith(`{"pr":${value}}`) },
      { ...denied, code: 'payload.invalid_field', says: [/client_payload\.pr/] },
    );
  }
  decides(
    'null is no PR',
    { ...rule, event: eventWith('{"pr":null}') },
    { ...denied, code: ['payload.invalid_field', 'payload.missing_field'], says: [/client_payload\.pr/] },
  );
});

describe('the other types', SIDE_BY_SIDE, () => {
  const a40 = 'a'.repeat(40);
  /** @type {[type: string, good: string[], bad: string[]][]} */
  const TABLE = [
    [
      'slug',
      ['"redis"', '"a"', '"0"', '"a.b_c-D9"', `"${'a'.repeat(100)}"`],
      [
        '""',
        '"-a"',
        '".a"',
        '"_a"',
        '"a b"',
        '"a/b"',
        '"../a"',
        '"a\\n"',
        '"a\\nb"',
        '"a\\r\\nb=c"',
        '"it\'s"',
        '"\\"quoted\\""',
        '"$(id)"',
        '"`id`"',
        '"${{ github.token }}"',
        '"a;b"',
        '"a|b"',
        '"a\\u202Eb"',
        '"é"',
        '"а"',
        `"${'a'.repeat(101)}"`,
        `"${'a'.repeat(300)}"`,
        '7',
        'true',
        '[]',
        '{}',
      ],
    ],
    [
      'sha',
      [`"${a40}"`, `"${'0'.repeat(64)}"`],
      [
        `"${'A'.repeat(40)}"`,
        `"${'a'.repeat(39)}"`,
        `"${'a'.repeat(41)}"`,
        `"${'a'.repeat(63)}"`,
        `"${'g'.repeat(40)}"`,
        `"${a40}\\n"`,
        '""',
        '"HEAD"',
        '1',
        '1e39',
      ],
    ],
    [
      'string',
      [
        '"x"',
        '"two words"',
        '"<b>&amp;"',
        '"it\'s \\"so\\" | `x`"',
        '"ünïcödé 🦀"',
        `"${'x'.repeat(256)}"`,
        '"${{ x }}"',
      ],
      [
        '""',
        `"${'x'.repeat(257)}"`,
        '"a\\nb"',
        '"a\\rb"',
        '"a\\tb"',
        '"\\u0000"',
        '"\\u001b[31m"',
        '"\\u007f"',
        '"\\u0085"',
        '"a\\u202Eb"',
        '"a\\u202Ab"',
        '"a\\u2066b"',
        '"a\\u2069b"',
        '7',
        'true',
        'null',
        '[]',
        '{}',
      ],
    ],
    ['{type: string, max-length: 300}', [`"${'x'.repeat(300)}"`], [`"${'x'.repeat(301)}"`]],
    ['{type: string, max-length: 8192}', [`"${'x'.repeat(8192)}"`], [`"${'x'.repeat(8193)}"`]],
    ["{type: string, pattern: '[a-z]+'}", ['"abc"'], ['"abc1"', '"1abc"', '"abc\\n"', '"ABC"', '"a b"']],
    ["{type: string, pattern: 'a|b'}", ['"a"', '"b"'], ['"ab"', '"ax"', '"xb"']],
    ["{type: string, pattern: '^v[0-9]+$'}", ['"v1"'], ['"v"', '"xv1"']],
    ['number', ['7', '-7', '0', '1.25', '1e3'], ['"7"', 'true', '[7]', '{}', '"NaN"']],
    ['{type: number, min: 1, max: 10}', ['1', '10', '1.5'], ['0', '0.999', '10.001', '11', '-1', '1e400']],
    ['{type: number, integer: true}', ['7', '-7', '0'], ['1.5', '7.25e1']],
    ['boolean', ['true', 'false'], ['"true"', '1', '0', '"yes"', '[true]', '""']],
    [
      '{type: choice, options: [dev, prod]}',
      ['"dev"', '"prod"'],
      ['"Dev"', '"dev "', '"staging"', '""', '1', '["dev"]'],
    ],
  ];
  for (const [type, good, bad] of TABLE) {
    for (const value of good) {
      decides(`${type}: ${value.slice(0, 40)} passes unchanged`, field(type, value), 'allowed', (ran) => {
        assert.deepEqual(JSON.parse(ran.outputs.payload ?? '').field, JSON.parse(value));
      });
    }
    for (const value of bad) {
      const codes = value === 'null' ? ['payload.invalid_field', 'payload.missing_field'] : ['payload.invalid_field'];
      decides(`${type}: ${value.slice(0, 40)} is refused`, field(type, value), {
        ...denied,
        code: codes,
        says: [/client_payload\.field/],
      });
    }
  }

  decides('half a surrogate pair is no text', field('string', '"\\ud83e"'), {
    ...denied,
    code: ['payload.invalid_field', 'payload.malformed', 'event.malformed'],
  });
  decides(
    'half a surrogate pair in a name',
    { event: eventWith('{"pr":7,"\\udc00":1}') },
    { ...denied, code: ['payload.unknown_field', 'payload.malformed', 'event.malformed'] },
  );
  decides(
    'a pattern takes linear time',
    field("{type: string, pattern: '(a+)+b', max-length: 8192}", `"${'a'.repeat(8000)}"`),
    { ...denied, code: 'payload.invalid_field' },
    (ran) => assert.ok(ran.ms < 5_000, `${ran.ms} ms`),
  );
});

describe('numbers keep their value', SIDE_BY_SIDE, () => {
  for (const value of [
    '9007199254740993',
    '0.1000000000000000055511151231257827',
    '123456789012345678901234567890',
    '1e400',
  ]) {
    decides(
      `${value} is kept or refused, never rounded`,
      field('number', value),
      { code: ['allowed', 'payload.invalid_field'] },
      (ran) => {
        if (ran.outputs.allowed === 'true') assert.ok(ran.outputs.payload?.includes(value), ran.outputs.payload);
      },
    );
  }
  decides('a bound is compared exactly', field('{type: number, max: 9007199254740992}', '9007199254740993'), {
    ...denied,
    code: 'payload.invalid_field',
  });
});

describe('head-sha', SIDE_BY_SIDE, () => {
  decides('is the live head', field('head-sha', `"${HEAD_SHA}"`), {
    code: 'allowed',
    outputs: { 'head-sha': HEAD_SHA },
  });
  decides('was the head', field('head-sha', `"${MOVED_SHA}"`), {
    code: 'pull_request.head_moved',
    requests: 1,
    says: [new RegExp(MOVED_SHA.slice(0, 7)), new RegExp(HEAD_SHA.slice(0, 7))],
    outputs: { 'head-sha': '', allowed: 'false' },
  });
  for (const value of [
    `"${HEAD_SHA.toUpperCase()}"`,
    `"${HEAD_SHA.slice(0, 7)}"`,
    `"${HEAD_SHA.slice(1)}"`,
    '"main"',
    '""',
  ])
    decides(`${value} is no commit`, field('head-sha', value), { ...denied, code: 'payload.invalid_field' });
});

describe('declared and undeclared fields', SIDE_BY_SIDE, () => {
  decides(
    'a required field is missing',
    { event: dispatchEvent({ pr: 7 }), inputs: W5 },
    { ...denied, code: 'payload.missing_field', says: [/client_payload\.chart/] },
  );
  decides('all are missing', { event: dispatchEvent({}), inputs: W5 }, { ...denied, code: 'payload.missing_field' });
  decides(
    'an optional field is missing',
    {
      event: dispatchEvent({ pr: 7 }),
      inputs: { policy: dispatchPolicy('', { payload: '{pr: pull-request, chart: {type: slug, required: false}}' }) },
    },
    { code: 'allowed', outputs: { payload: '{"pr":7}' } },
  );
  decides(
    'an optional field is wrong',
    {
      event: dispatchEvent({ pr: 7, chart: '$(id)' }),
      inputs: { policy: dispatchPolicy('', { payload: '{pr: pull-request, chart: {type: slug, required: false}}' }) },
    },
    { ...denied, code: 'payload.invalid_field' },
  );
  decides(
    'an undeclared field',
    { event: dispatchEvent({ pr: 7, chart: 'redis', extra: 1 }) },
    { ...denied, code: 'payload.unknown_field', says: [/client_payload\.extra/] },
  );
  decides(
    'a name in other case is another field',
    { event: dispatchEvent({ PR: 7, chart: 'redis' }) },
    { ...denied, code: ['payload.unknown_field', 'payload.missing_field'] },
  );
  decides(
    'an undeclared field is dropped where the rule says so',
    {
      event: dispatchEvent({ pr: 7, extra: { a: [1] } }),
      inputs: { policy: dispatchPolicy('unknown-fields: drop\n') },
    },
    { code: 'allowed', outputs: { payload: '{"pr":7}' } },
  );
  for (const name of ['__proto__', 'constructor', 'toString', '', 'a b', 'pr\\n']) {
    decides(
      `a field named ${JSON.stringify(name)}`,
      { event: eventWith(`{"pr":7,"chart":"redis","${name}":{"pr":8}}`) },
      { ...denied, code: 'payload.unknown_field' },
    );
  }
  decides(
    'a field under __proto__ is not a field',
    { event: eventWith('{"__proto__":{"pr":7,"chart":"redis"}}') },
    { ...denied, code: ['payload.unknown_field', 'payload.missing_field'] },
  );
  decides(
    'a rule without payload allows no field',
    {
      event: dispatchEvent({ pr: 7 }),
      inputs: {
        policy: policyFor('repository_dispatch', "types: [chart-pr-created]\nactors: ['github-actions[bot]']\n"),
      },
    },
    { ...denied, code: 'payload.unknown_field' },
  );
  decides(
    'a rule without payload and pull-request looks up no PR',
    {
      event: dispatchEvent({}),
      inputs: {
        policy: policyFor('repository_dispatch', "types: [chart-pr-created]\nactors: ['github-actions[bot]']\n"),
      },
    },
    { code: 'allowed', requests: 0, outputs: { 'pr-number': '', 'head-sha': '', payload: '{}' } },
  );
});

describe('the payload as a whole', SIDE_BY_SIDE, () => {
  const malformed = { ...denied, code: 'payload.malformed' };
  const eleven = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`f${index}`, index]));
  decides('has 11 properties', { event: dispatchEvent(eleven) }, { ...malformed, says: [/11/, /10/] });
  decides(
    'has 11 properties, to be dropped',
    { event: dispatchEvent({ pr: 7, ...eleven }), inputs: { policy: dispatchPolicy('unknown-fields: drop\n') } },
    malformed,
  );
  const { f10: _, ...ten } = eleven;
  decides(
    'has 10 properties',
    {
      event: dispatchEvent({ ...ten, f9: undefined, pr: 7 }),
      inputs: { policy: dispatchPolicy('unknown-fields: drop\n') },
    },
    'allowed',
  );
  decides(
    'has 70,000 characters',
    { event: dispatchEvent({ pr: 7, chart: 'a'.repeat(70_000) }) },
    { ...malformed, says: [/65,?535/] },
  );
  decides(
    'has 70,000 characters of white space',
    { event: eventWith(`{"pr":7,${' '.repeat(70_000)}"chart":"redis"}`) },
    { code: ['payload.malformed', 'allowed'] },
  );
  decides(
    'is nested 100 deep',
    { event: eventWith(`{"pr":7,"chart":${'['.repeat(100)}${']'.repeat(100)}}`) },
    malformed,
  );
  decides(
    'is nested 20,000 deep',
    { event: eventWith(`{"pr":7,"chart":${'['.repeat(20_000)}${']'.repeat(20_000)}}`) },
    malformed,
  );
  decides(
    'is nested 20,000 deep in objects',
    { event: eventWith(`{"pr":7,"chart":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`) },
    malformed,
  );
  decides(
    'nests and never ends',
    { event: `{"client_payload":${'['.repeat(200_000)}` },
    { ...denied, code: ['event.malformed', 'payload.malformed'] },
  );

  for (const [name, text] of [
    ['in the payload', '{"pr":7,"chart":"redis","pr":8}'],
    ['with the same value', '{"pr":7,"chart":"redis","pr":7}'],
    ['behind an escape', '{"pr":7,"chart":"redis","\\u0070r":8}'],
    ['deep in the payload', '{"pr":7,"chart":"redis","_guard":{"a":{"b":1,"b":2}}}'],
  ]) {
    decides(`repeats a key ${name}`, { event: eventWith(String(text)) }, malformed);
  }
  const text = JSON.stringify(dispatchEvent());
  for (const [name, event] of [
    ['action', text.replace(/^\{/, '{"action":"other",')],
    ['client_payload', text.replace(/\}$/, ',"client_payload":{"pr":8,"chart":"redis"}}')],
    ['sender', text.replace(/\}$/, ',"sender":{"login":"github-actions[bot]","id":41898282,"type":"Bot"}}')],
    ['repository.id', text.replace('"repository":{', '"repository":{"id":1,')],
    ['installation.id', text.replace('"installation":{', '"installation":{"id":1,')],
  ]) {
    decides(
      `the event repeats ${name}`,
      { event: String(event) },
      { ...denied, code: ['payload.malformed', 'event.mismatch', 'event.type_not_allowed'] },
    );
  }

  for (const value of ['"{\\"pr\\": 7}"', '[]', '7', 'true'])
    decides(`is ${value}`, { event: eventWith(value) }, { ...denied, code: ['payload.malformed', 'event.mismatch'] });
  decides(
    'is null, as GitHub sends it where none was given',
    { event: eventWith('null') },
    { ...denied, code: ['payload.malformed', 'payload.missing_field', 'event.mismatch'] },
  );
  decides(
    'is null, and nothing is declared',
    {
      event: eventWith('null'),
      inputs: {
        policy: policyFor('repository_dispatch', "types: [chart-pr-created]\nactors: ['github-actions[bot]']\n"),
      },
    },
    { code: ['allowed', 'payload.malformed', 'event.mismatch'], requests: 0 },
  );
});

describe('inputs of workflow_dispatch', SIDE_BY_SIDE, () => {
  /** @param {any} inputs @param {string} payload */
  const manual = (inputs, payload) => ({
    eventName: 'workflow_dispatch',
    event: workflowDispatchEvent({ inputs }),
    inputs: { policy: policyFor('workflow_dispatch', `actors: [mona]\npayload: ${payload}\n`) },
  });
  decides(
    'carry everything as text',
    manual(
      { pr: '7', dry: 'true', ratio: '1.5', env: 'dev' },
      '{pr: pull-request, dry: boolean, ratio: number, env: {type: choice, options: [dev]}}',
    ),
    { code: 'allowed', requests: 1, outputs: { event: 'workflow_dispatch', 'pr-number': '7', 'head-sha': HEAD_SHA } },
    (ran) => {
      const { dry, ratio, env } = JSON.parse(ran.outputs.payload ?? '');
      assert.deepEqual({ dry, ratio, env }, { dry: true, ratio: 1.5, env: 'dev' });
    },
  );
  for (const [type, value] of [
    ['boolean', 'yes'],
    ['boolean', 'True '],
    ['boolean', '1'],
    ['number', '1,5'],
    ['number', ''],
    ['number', '0x10'],
    ['number', ' 7'],
    ['number', '1e999999999'],
    ['number', 'NaN'],
    ['slug', '$(id)'],
  ]) {
    decides(
      `${type}: ${JSON.stringify(value)} is refused`,
      manual({ pr: '7', x: value }, `{pr: pull-request, x: ${type}}`),
      {
        ...denied,
        code:
          type === 'number' && value === '1e999999999'
            ? ['payload.invalid_field', 'allowed']
            : ['payload.invalid_field', 'payload.missing_field'],
        says: [/inputs\.x/],
      },
    );
  }
  decides('an undeclared input', manual({ pr: '7', x: '1' }, '{pr: pull-request}'), {
    ...denied,
    code: 'payload.unknown_field',
    says: [/inputs\.x/],
  });
  decides('null where the workflow has none', manual(null, '{pr: {type: pull-request, required: false}}'), {
    code: ['allowed', 'pull_request.missing'],
    requests: 0,
  });
  decides('a pull-request input that is missing', manual({}, '{pr: pull-request}'), {
    ...denied,
    code: 'payload.missing_field',
    says: [/inputs\.pr/],
  });
});
