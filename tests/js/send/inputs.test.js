// @ts-check
// Every input of send, broken in every way, at its limit and one beyond. Nothing is asked of
// GitHub for an order that cannot be right.

import { describe } from 'node:test';
import assert from 'node:assert/strict';
import { deedTests } from '../support/deed.js';
import { TOKEN } from '../support/fake-api.js';
import { SIDE_BY_SIDE } from '../support/guard.js';

const KEY = 'the-key-that-both-sides-know';
const INPUTS = Object.freeze({ 'event-type': 'chart-pr-created' });
const sends = deedTests('send', { inputs: INPUTS, secrets: [KEY] });

/**
 * @param {string} name
 * @param {{[name: string]: string}} inputs
 * @param {string} code
 * @param {RegExp[]} says
 */
function refuses(name, inputs, code, says) {
  sends(name, { inputs }, { code, says, requests: [] }, ({ outputs }) => assert.equal(outputs.payload, ''));
}

/** @param {number} count */
const fields = (count) =>
  JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, n) => [`field-${n}`, n])));

/**
 * A payload with this many characters as it is sent, one of which is two bytes. (With more of those, the variable that
 * holds the input would be longer than Linux takes.)
 * @param {number} characters
 */
const ofSize = (characters) => JSON.stringify({ log: 'x'.repeat(characters - '{"log":"é"}'.length) + 'é' });

/** What an envelope without pins and proofs adds, the comma before it included. */
const ENVELOPE = JSON.stringify({
  v: 1,
  run_id: 777000,
  run_attempt: 1,
  workflow_ref: 'acme/charts/.github/workflows/w2.yml@refs/heads/main',
  issued_at: 1790000000,
  nonce: 'ab'.repeat(16),
  hops: 1,
}).length;
const WITH_ENVELOPE = ENVELOPE + ',"_guard":'.length;

describe('limits of GitHub', SIDE_BY_SIDE, () => {
  for (const type of ['x'.repeat(100), 'é'.repeat(100)]) {
    sends(`an event type of 100 characters: ${type[0]}`, { inputs: { 'event-type': type } }, { code: 'allowed' });
  }
  refuses('101 characters', { 'event-type': 'x'.repeat(101) }, 'config.invalid_input', [/`event-type` has 101/, /100/]);

  sends('nine properties', { inputs: { 'client-payload': fields(9) } }, { code: 'allowed' });
  refuses('ten beside the envelope', { 'client-payload': fields(10) }, 'payload.malformed', [
    /10 properties \(`field-0`/,
    /one of them is the envelope's `_guard`, so 9 are yours/,
  ]);
  refuses('nine beside `pr`', { 'client-payload': fields(9), 'pr-number': '7' }, 'payload.malformed', [
    /`pr`/,
    /9 are/,
  ]);
  const bare = { envelope: 'false' };
  sends('ten without', { inputs: { ...bare, 'client-payload': fields(10) } }, { code: 'allowed' });
  refuses('eleven', { ...bare, 'client-payload': fields(11) }, 'payload.malformed', [/11 properties/, /takes 10/]);

  sends('65,535 characters', { inputs: { ...bare, 'client-payload': ofSize(65_535) } }, { code: 'allowed' });
  refuses('65,536 characters', { ...bare, 'client-payload': ofSize(65_536) }, 'payload.malformed', [
    /65536 characters, 65528 of them in `log`/,
    /takes 65535/,
  ]);
  const room = 65_535 - WITH_ENVELOPE;
  sends(
    'all the room beside the envelope',
    { inputs: { 'client-payload': ofSize(room) } },
    { code: 'allowed' },
    (ran) => assert.equal(JSON.stringify(ran.dispatches[0]?.client_payload).length, 65_535),
  );
  refuses('one character more', { 'client-payload': ofSize(room + 1) }, 'payload.malformed', [/65536 characters/]);
});

describe('inputs that cannot be right', SIDE_BY_SIDE, () => {
  refuses('no event type', { 'event-type': '' }, 'config.invalid_input', [/`event-type` is not set/, /1 to 100/]);
  refuses('an invisible character', { 'event-type': 'a\u200bb' }, 'config.invalid_input', [/a\\u\{200b\}b/]);

  for (const [text, says] of /** @type {[string, RegExp][]} */ ([
    ['{"pr": 7', /not JSON: line 1/],
    ["{'pr': 7}", /line 1, column 2/],
    ['{"a": 1,\n "b": 2,}', /line 2/],
    ['pr=7', /not JSON/],
    ['{"a": "\\ud800"}', /not JSON/],
    ['{"a": NaN}', /not JSON/],
    ['[1, 2]', /is an array/],
    ['"{\\"pr\\": 7}"', /is a string/],
    ['null', /is null/],
  ])) {
    refuses(`client-payload: ${text}`, { 'client-payload': text }, 'config.invalid_input', [/`client-payload`/, says]);
  }
  const deep = `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
  for (const [name, text, says] of /** @type {[string, string, RegExp][]} */ ([
    ['a repeated key', '{"pr": 7, "pr": 8}', /`pr` is repeated/],
    ['a repeated key, written otherwise', '{"a": {"b": 1, "\\u0062": 2}}', /`a\.b` is repeated/],
    ['nesting', deep, /deeper than 64/],
  ])) {
    refuses(name, { 'client-payload': text }, 'payload.malformed', [says]);
  }
  refuses('the key of the envelope', { 'client-payload': '{"_guard":1}' }, 'payload.invalid_field', [/`_guard`/]);
  refuses(
    'a number that would be signed as another',
    { 'client-payload': '{"n":9007199254740993}', 'signing-key': KEY },
    'payload.malformed',
    [/9007199254740993/, /as a string/],
  );

  for (const text of ['0', '-1', '007', '1.5', '7a', '#7', '2147483648', '12345678901', '7\n8']) {
    refuses(`pr-number: ${text}`, { 'pr-number': text }, 'config.invalid_input', [/`pr-number`/, /2147483647/]);
  }
  const contradiction = { 'pr-number': '7', 'client-payload': '{"pr":8}' };
  refuses('another `pr`', contradiction, 'payload.invalid_field', [/the number `8`/, /`pr-number` says 7/]);

  for (const text of [
    'charts',
    'acme/',
    'acme/charts/x',
    'acme/..',
    'acme/charts?x',
    'https://github.com/acme/charts',
  ]) {
    refuses(`repository: ${text}`, { repository: text }, 'config.invalid_input', [/`repository`/, /`owner\/name`/]);
  }

  for (const [name, key] of [
    ['of white space', ' '],
    ['of line breaks', '\n\n'],
    ['with an empty line', `${KEY}\n\n`],
  ]) {
    refuses(`a signing key ${name}`, { 'signing-key': key ?? '' }, 'config.invalid_input', [/`signing-key`/, /empty/]);
  }
  refuses('two keys', { 'signing-key': `${KEY}\nsecond-key` }, 'config.invalid_input', [/2 lines/, /one key/]);

  for (const name of ['oidc', 'envelope']) {
    refuses(`${name}: yes`, { [name]: 'yes' }, 'config.invalid_input', [
      new RegExp(`\`${name}\``),
      /`true` or `false`/,
    ]);
  }
  for (const [name, value] of Object.entries({ 'signing-key': KEY, oidc: 'true' })) {
    refuses(`${name} without an envelope`, { envelope: 'false', [name]: value }, 'config.invalid_input', [
      new RegExp(`\`${name}\``),
    ]);
  }

  refuses('the token in the payload', { 'client-payload': `{"log":"${TOKEN}"}` }, 'config.invalid_input', [/revoke/]);
  refuses(
    'the key in the payload',
    { 'client-payload': `{"k":["${KEY}"]}`, 'signing-key': KEY },
    'config.invalid_input',
    [/`client-payload` holds the value of a secret/],
  );
  refuses('a misspelt input', { 'event-typ': 'x' }, 'config.invalid_input', [/`event-typ`/, /`event-type`/]);
  sends('no token', { inputs: { token: '' } }, { code: 'api.unauthorized', says: [/`token` is empty/], requests: [] });
});
