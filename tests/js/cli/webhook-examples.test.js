// @ts-check
// The examples of GitHub's webhook documentation are read: a policy that lists their events and senders allows each, and
// one with other actors denies each.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { pullRequest } from '../support/github-objects.js';
import { cli } from './support.js';

const require = createRequire(import.meta.url);
/** @type {{name: string, examples: any[]}[]} */
const webhooks = require('@octokit/webhooks-examples/api.github.com/index.json');

const EVENTS = [
  'repository_dispatch',
  'workflow_dispatch',
  'pull_request',
  'pull_request_review',
  'issue_comment',
  'workflow_run',
  'merge_group',
  'push',
];

const directory = mkdtempSync(join(tmpdir(), 'dispatch-guard-examples-'));
after(() => rmSync(directory, { recursive: true }));

/** @param {string} path @param {unknown} content */
function write(path, content) {
  const file = join(directory, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

/** Each example as `NAME=FILE`. The API knows the pull requests of reviews, whose events have only a part of them. */
const events = webhooks
  .filter(({ name }) => EVENTS.includes(name))
  .flatMap(({ name, examples }) =>
    // One example is older than `path`, without which a source cannot be judged.
    examples
      .filter(({ workflow_run: run }) => run === undefined || run.path !== undefined)
      .map((event, index) => {
        const { pull_request: pull, repository, review } = event;
        if (review !== undefined) {
          const { number, user, head, base } = pull;
          const live = pullRequest({ number, author: user, head, base });
          write(`api/repos/${repository.full_name}/pulls/${number}.json`, live);
        }
        return `${name}=${write(`${name}-${index}.json`, event)}`;
      }),
  );

/** Keys beside `actors`. @type {{ [event: string]: string }} */
const KEYS = {
  repository_dispatch: 'types: [on-demand-test], unknown-fields: drop',
  workflow_dispatch: 'unknown-fields: drop',
  pull_request_review: 'types: [submitted, edited, dismissed]',
  issue_comment: 'types: [created, edited, deleted]',
  workflow_run: 'source: {workflows: [.github/workflows/test.yml], conclusions: any, forks: allow}',
};

/** @param {string} actors */
function policy(actors) {
  const rules = EVENTS.map((name) => {
    // Nobody is judged on a merge group.
    const keys = [name === 'merge_group' ? '' : `actors: ${actors}`, KEYS[name] ?? ''].filter(Boolean);
    return `  ${name}: {${keys.join(', ')}}\n`;
  });
  return `version: 1\nevents:\n${rules.join('')}`;
}

/** The codes of all examples under a policy. @param {string} name @param {string} actors */
async function codes(name, actors) {
  const rules = write(name, policy(actors));
  const { stdout, stderr } = await cli([
    'check',
    '--json',
    ...events,
    '--policy',
    rules,
    '--api',
    join(directory, 'api'),
  ]);
  assert.equal(stderr, '');
  /** @type {{event: string, result: any}[]} */
  const decisions = JSON.parse(stdout);
  assert.equal(decisions.length, events.length);
  return decisions.map(({ event, result }) => `${event.replace(directory, '')}: ${result.reason_code}`);
}

test('there is an example of each event', () => {
  assert.deepEqual(new Set(events.map((event) => event.split('=')[0])), new Set(EVENTS));
  assert.ok(events.length >= 55, `${events.length}`);
});

test('a policy that lists events and senders allows each example', async () => {
  const all = await codes('allows.yml', '[Codertocat, octocat]');
  assert.deepEqual(
    all.filter((line) => !line.endsWith(': allowed')),
    [],
  );
});

test('a policy with other actors denies each example', async () => {
  const all = await codes('denies.yml', '[hubot]');
  assert.deepEqual(
    all.filter((line) => !line.startsWith('/merge_group') && !line.endsWith(': actor.not_allowed')),
    [],
  );
});
