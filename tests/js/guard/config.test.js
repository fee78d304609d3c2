// @ts-check
// What the user writes, inputs and policy: it is refused when it is read,
// before the event is looked at and before any request.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CASCADE, decides, dispatchPolicy, guard, policyFor, SIDE_BY_SIDE, W5 } from '../support/guard.js';

const invalidInput = { code: 'config.invalid_input', requests: 0 };
const invalidPolicy = { code: 'config.policy_invalid', requests: 0 };

describe('inputs', SIDE_BY_SIDE, () => {
  for (const name of [
    'events',
    'dispatch-types',
    'activity-types',
    'allowed-actors',
    'base-branches',
    'required-labels',
    'forbidden-labels',
  ]) {
    for (const value of [' , ', ',', '\n,\n']) {
      decides(
        `${name}: ${JSON.stringify(value)} holds no element and is not "everything"`,
        { inputs: { ...W5, [name]: value } },
        { ...invalidInput, says: [new RegExp(`\`${name}\``)] },
      );
    }
  }

  for (const [name, value] of [
    ['require-merged', 'yes'],
    ['require-merged', '1'],
    ['require-merged', 'tRUE'],
    ['allow-forks', 'deny'],
    ['allow-forks', '0'],
    ['summary', 'off'],
    ['summary', 'FaLsE'],
    ['mode', 'Evaluate'],
    ['mode', 'dry-run'],
    ['on-deny', 'warn'],
    ['on-deny', 'SKIP'],
  ]) {
    decides(
      `${name}: ${value} is no value`,
      { inputs: { ...W5, [String(name)]: String(value) } },
      { ...invalidInput, says: [new RegExp(`\`${name}\``), new RegExp(`\`${value}\``)] },
    );
  }

  for (const value of ['true', 'True', 'TRUE', 'false', 'False', 'FALSE']) {
    decides(`summary: ${value} is a boolean`, { inputs: { ...W5, summary: value } }, 'allowed', (ran) =>
      assert.equal(ran.summary !== '', /^true$/i.test(value)),
    );
  }

  decides(
    'an input that is no input of the guard is refused, and the nearest one named',
    { inputs: { ...W5, 'allowed-actor': 'mona' } },
    { ...invalidInput, says: [/`allowed-actor`/, /`allowed-actors`/] },
  );

  decides(
    'lists are separated by commas or lines, trimmed, and empty elements dropped',
    {
      inputs: {
        ...W5,
        events: '\n  repository_dispatch ,,\n pull_request\n',
        'dispatch-types': ' other , chart-pr-created,\n',
        'base-branches': ',main,',
      },
    },
    'allowed',
  );

  decides(
    'an event that version 1 does not know',
    { inputs: { ...W5, events: 'repository_dispatch, fork' } },
    { code: ['config.invalid_input', 'config.policy_invalid'], requests: 0, says: [/`fork`/] },
  );
});

describe('one policy, no more and no less', SIDE_BY_SIDE, () => {
  decides('nothing is set', { inputs: {} }, { code: 'config.policy_missing', requests: 0, says: [/policy/] });
  decides(
    'only whitespace is set',
    { inputs: { policy: '  \n' } },
    { code: ['config.policy_missing', 'config.policy_invalid'], requests: 0 },
  );
  decides(
    'policy and a flat input',
    { inputs: { policy: CASCADE, 'base-branches': 'main' } },
    { code: 'config.policy_conflict', requests: 0, says: [/`policy`/, /`base-branches`/] },
  );
  decides(
    'policy and policy-file',
    { inputs: { policy: CASCADE, 'policy-file': '.github/guard.yml' } },
    { code: 'config.policy_conflict', requests: 0, says: [/`policy-file`/] },
  );
  decides(
    'policy-file and a flat input',
    { inputs: { 'policy-file': '.github/guard.yml', events: 'push' } },
    { code: 'config.policy_conflict', requests: 0, says: [/`events`/] },
  );
  decides(
    'all three',
    { inputs: { ...W5, policy: CASCADE, 'policy-file': '.github/guard.yml' } },
    { code: 'config.policy_conflict', requests: 0 },
  );

  for (const [name, value] of [
    ['events', 'pull_request'],
    ['dispatch-types', 'x'],
    ['activity-types', 'opened'],
    ['allowed-actors', 'mona'],
    ['payload', 'number: pull-request'],
    ['base-branches', 'main'],
    ['required-labels', 'a'],
    ['forbidden-labels', 'a'],
    ['require-merged', 'true'],
    ['allow-forks', 'true'],
  ]) {
    decides(
      `policy and ${name}`,
      { inputs: { policy: CASCADE, [String(name)]: String(value) } },
      { code: 'config.policy_conflict', requests: 0, says: [new RegExp(`\`${name}\``)] },
    );
  }

  for (const name of ['dispatch-types', 'allowed-actors']) {
    const { [name]: _, ...inputs } = /** @type {{[name: string]: string}} */ (W5);
    decides(
      `${name} is needed while events holds repository_dispatch`,
      { inputs },
      {
        code: ['config.policy_missing', 'config.policy_invalid', 'config.invalid_input'],
        requests: 0,
        says: [new RegExp(`\`${name}\``)],
      },
    );
  }
  decides(
    'neither is needed for pull_request alone',
    { eventName: 'pull_request', inputs: { events: 'pull_request' } },
    'allowed',
  );
  decides(
    'allowed-actors is needed while events holds workflow_dispatch',
    { inputs: { events: 'workflow_dispatch' } },
    {
      code: ['config.policy_missing', 'config.policy_invalid', 'config.invalid_input'],
      requests: 0,
      says: [/`allowed-actors`/],
    },
  );
});

/** @type {[name: string, policy: string, says?: RegExp[]][]} */
const INVALID = [
  ['no YAML', 'version: 1\nevents: [', []],
  ['a list', '- version: 1\n'],
  ['a word', 'allow'],
  ['without version', 'events:\n  push: {}\n', [/`version`/]],
  ['of version 2', 'version: 2\nevents:\n  push: {}\n', [/version/, /`?2`?/]],
  ['without events', 'version: 1\n', [/`events`/]],
  ['with no event', 'version: 1\nevents: {}\n', [/events/]],
  ['with events that are a list', 'version: 1\nevents: [push]\n', [/events/]],
  ['with an unknown top key', 'version: 1\nevent:\n  push: {}\nevents:\n  push: {}\n', [/`event`/, /`events`/]],
  ['with an unknown event', 'version: 1\nevents:\n  pull_requests: {}\n', [/pull_requests/, /`pull_request`/]],
  ['with an event in capitals', 'version: 1\nevents:\n  PUSH: {}\n', [/PUSH/, /`push`/]],
  ['with an unknown rule key', policyFor('push', 'actor: [mona]\n'), [/events\.push/, /`actor`/, /`actors`/]],
  [
    'with an unknown key of pull-request',
    policyFor('pull_request', 'pull-request:\n  bases: [main]\n'),
    [/`bases`/, /`base`/],
  ],
  [
    'with an unknown key of labels',
    policyFor('pull_request', 'pull-request:\n  labels: {non: [x]}\n'),
    [/`non`/, /`none`/],
  ],
  [
    'with an unknown key of a field',
    dispatchPolicy('', { payload: '{pr: {type: pull-request, require: false}}' }),
    [/`require`/, /`required`/],
  ],
  ['with a repeated key', 'version: 1\nevents:\n  push: {}\nversion: 1\n', [/version/]],
  ['with a repeated rule key', policyFor('pull_request', 'types: [opened]\ntypes: [closed]\n'), [/types/]],
  ['with a tag', policyFor('pull_request', 'types: !!set {opened}\n')],
  ['with an alias', 'version: 1\nevents:\n  push: &rule {actors: [mona]}\n  pull_request: *rule\n'],
  ['with a merge key', 'version: 1\nevents:\n  push: {actors: [mona]}\n  pull_request:\n    <<: {actors: [mona]}\n'],
  ['of two documents', 'version: 1\nevents:\n  push: {}\n---\nversion: 1\nevents:\n  push: {}\n'],
  [
    'whose dispatch rule has no types',
    policyFor('repository_dispatch', 'actors: [mona]\n'),
    [/repository_dispatch\.types/],
  ],
  [
    'whose dispatch rule has no actors',
    policyFor('repository_dispatch', 'types: [x]\n'),
    [/repository_dispatch\.actors/],
  ],
  [
    'whose workflow_dispatch rule has no actors',
    policyFor('workflow_dispatch', 'payload: {pr: pull-request}\n'),
    [/workflow_dispatch\.actors/],
  ],
  ['with empty types', dispatchPolicy('', { types: '[]' }), [/types/]],
  ['with types that are a word', dispatchPolicy('', { types: 'chart-pr-created' }), [/types/]],
  ['with a type that is a list', dispatchPolicy('', { types: '[[x]]' }), [/types/]],
  ['with an empty actor list', dispatchPolicy('', { actors: '[]' }), [/actors/]],
  ['with an empty label list', policyFor('pull_request', 'pull-request:\n  labels: {all: []}\n'), [/labels/]],
  ['with an empty base list', policyFor('pull_request', 'pull-request:\n  base: []\n'), [/base/]],
  ['with a state that is none', policyFor('pull_request', 'pull-request:\n  state: merged\n'), [/`merged`/, /`open`/]],
  ['with merged: yes as a word', policyFor('pull_request', "pull-request:\n  merged: 'yes'\n"), [/merged/]],
  ['with drafts: maybe', policyFor('pull_request', 'pull-request:\n  drafts: maybe\n'), [/drafts/]],
  ['with forks: true', policyFor('pull_request', 'pull-request:\n  forks: true\n'), [/forks/]],
  ['with unknown-fields: ignore', dispatchPolicy('unknown-fields: ignore\n'), [/unknown-fields/, /`drop`/]],
  [
    'with a payload type that is none',
    dispatchPolicy('', { payload: '{pr: pull_request}' }),
    [/`pull_request`/, /`pull-request`/],
  ],
  [
    'with two pull-request fields',
    dispatchPolicy('', { payload: '{pr: pull-request, other: pull-request}' }),
    [/other/],
  ],
  [
    'with two head-sha fields',
    dispatchPolicy('', { payload: '{pr: pull-request, a: head-sha, b: head-sha}' }),
    [/\bb\b/],
  ],
  ['with a choice of nothing', dispatchPolicy('', { payload: '{env: {type: choice, options: []}}' }), [/options/]],
  ['with a choice without options', dispatchPolicy('', { payload: '{env: choice}' }), [/options/]],
  [
    'with max-length over 8192',
    dispatchPolicy('', { payload: '{note: {type: string, max-length: 8193}}' }),
    [/max-length/, /8192/],
  ],
  ['with a pattern that is none', dispatchPolicy('', { payload: "{note: {type: string, pattern: '('}}" }), [/pattern/]],
  ['with a pattern on a number', dispatchPolicy('', { payload: "{n: {type: number, pattern: 'x'}}" }), [/pattern/]],
  ['with min over max', dispatchPolicy('', { payload: '{n: {type: number, min: 2, max: 1}}' }), [/min/]],
  [
    'with required: maybe',
    dispatchPolicy('', { payload: '{pr: {type: pull-request, required: maybe}}' }),
    [/required/],
  ],
  ['with a field without type', dispatchPolicy('', { payload: '{pr: {required: false}}' }), [/type/]],
  ['that declares _guard', dispatchPolicy('', { payload: '{_guard: string}' }), [/_guard/]],
];

describe('a policy is refused', SIDE_BY_SIDE, () => {
  for (const [name, policy, says = []] of INVALID) decides(name, { inputs: { policy } }, { ...invalidPolicy, says });

  decides(
    'for a payload input that is no YAML map',
    { inputs: { ...W5, payload: '- pr' } },
    { code: ['config.policy_invalid', 'config.invalid_input'], requests: 0, says: [/`?payload`?/] },
  );
  decides(
    'for a payload input with an unknown type',
    { inputs: { ...W5, payload: 'pr: pull-requests' } },
    { ...invalidPolicy, says: [/`pull-requests`/, /`pull-request`/] },
  );

  decides(
    'with line, column and path in its text',
    { inputs: { policy: policyFor('pull_request', 'types: [opened]\npull-request:\n  bases: [main]\n') } },
    invalidPolicy,
    (ran) => {
      const [{ message } = { message: '' }] = ran.annotations;
      assert.match(message, /line 6|:6\b|6:/);
      assert.match(message, /events\.pull_request\.pull-request/);
    },
  );
});

describe('an actor entry is refused', SIDE_BY_SIDE, () => {
  for (const [name, entry] of [
    ['everyone', '*'],
    ['a prefix', 'octo*'],
    ['every bot', '*[bot]'],
    ['every team', '@acme/*'],
    ['every role', 'role:*'],
    ['a misspelt role', 'role:wirte'],
    ['a role in capitals', 'role:WRITE'],
    ['no role', 'role:'],
    ['an organisation', '@acme'],
    ['a team without a name', '@acme/'],
    ['a team without an organisation', '@/release'],
    ['an id that is no number', 'mona:abc'],
    ['an empty id', 'mona:'],
    ['id 0', 'mona:0'],
    ['an id with a leading zero', 'mona:0123'],
    ['nothing', ''],
    ['a space at the end', 'mona '],
    ['a space at the beginning', ' mona'],
    ['a look-alike letter', 'mоna'],
    ['a zero-width character', 'mona\u200b'],
    ['a line break', 'mona\n'],
  ]) {
    decides(
      `${name}: ${JSON.stringify(entry)}`,
      { inputs: { policy: dispatchPolicy('', { actors: `[github-actions, ${JSON.stringify(entry)}]` }) } },
      invalidPolicy,
      (ran) => {
        assert.match(ran.outputs.reason ?? '', /actors/);
      },
    );
  }
  decides(
    'also as flat input',
    { inputs: { ...W5, 'allowed-actors': 'github-actions[bot], *' } },
    { ...invalidPolicy, says: [/`\*`/] },
  );
  decides(
    'also among authors',
    { inputs: { policy: policyFor('pull_request', 'pull-request:\n  authors: ["*"]\n') } },
    invalidPolicy,
  );
});

describe('a policy cannot keep the guard busy', SIDE_BY_SIDE, () => {
  const laughs = [
    'a: &a [x,x,x,x,x,x,x,x,x,x]',
    ...'bcdefghij'
      .split('')
      .map((name, index) => `${name}: &${name} [${Array(10).fill(`*${'abcdefghij'[index]}`).join(',')}]`),
  ].join('\n');
  for (const [name, policy] of [
    ['a billion laughs', `${laughs}\nversion: 1\n`],
    ['an anchor that holds itself', 'version: 1\nevents: &a {push: *a}\n'],
    ['50,000 levels', `version: 1\nevents: ${'['.repeat(50_000)}\n`],
    ['400 levels of lines', Array.from({ length: 400 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
    ['a name of 100,000 letters', `version: 1\nevents:\n  ${'p'.repeat(100_000)}: {}\n`],
  ]) {
    test(String(name), async () => {
      const ran = await guard({ inputs: { policy: String(policy) } });
      assert.equal(ran.outputs['reason-code'], 'config.policy_invalid', ran.outputs.reason);
      assert.ok(ran.ms < 3_000, `it took ${ran.ms} ms`);
      assert.ok((ran.outputs.reason ?? '').length < 2_000, 'the reason stays readable');
    });
  }
});

describe('config comes before all else', SIDE_BY_SIDE, () => {
  decides(
    'a bad policy and a missing event file',
    { inputs: { policy: 'version: 2' }, event: undefined },
    invalidPolicy,
  );
  decides(
    'a bad policy and a wrong actor',
    { inputs: { policy: 'version: 2' }, environment: { GITHUB_ACTOR: 'eve' } },
    invalidPolicy,
  );
  decides(
    'an error is an error in evaluate mode too',
    { inputs: { policy: 'version: 2', mode: 'evaluate', 'on-deny': 'skip' } },
    { ...invalidPolicy, exit: 1 },
  );
});
