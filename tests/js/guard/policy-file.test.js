// @ts-check
// `policy-file`: by API, from the default branch, never from the workspace or a pull request.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'node:test';
import { dispatchEvent, pullRequestEvent } from '../support/events.js';
import { blobSha, fault } from '../support/fake-api.js';
import { contentFile, pullRequest, USERS } from '../support/github-objects.js';
import { decides, dispatchPolicy, SIDE_BY_SIDE } from '../support/guard.js';

const PATH = '.github/dispatch-guard.yml';
const POLICY = dispatchPolicy();
const OPEN = dispatchPolicy('', { actors: '[eve]' });

/** @param {string} [text] @param {string} [path] @returns {import("../support/guard.js").GuardOptions} */
const withFile = (text = POLICY, path = PATH) => ({
  event: dispatchEvent({ pr: 7 }),
  inputs: { 'policy-file': path },
  world: { pulls: { 7: pullRequest() }, contents: { [PATH]: text } },
});

describe('policy-file', SIDE_BY_SIDE, () => {
  decides('is read from the default branch', withFile(), { code: 'allowed' }, (ran) => {
    assert.deepEqual(
      ran.requests.map(({ route }) => route).filter((route) => route !== 'repository'),
      ['contents', 'pull'],
    );
    const asked = new URL(ran.requests.find(({ route }) => route === 'contents')?.path ?? '', 'http://x');
    assert.ok([null, 'main', 'refs/heads/main', 'HEAD'].includes(asked.searchParams.get('ref')), asked.search);
    assert.equal(ran.result.policy.source, 'policy-file');
    assert.equal(ran.result.policy.path, PATH);
    assert.equal(ran.result.policy.blob_sha, blobSha(POLICY));
  });
  decides(
    'is not read from the workspace',
    {
      ...withFile(),
      event: dispatchEvent({ pr: 7 }, { sender: USERS.stranger }),
      prepare: ({ workspace }) => {
        mkdirSync(join(workspace, '.github'));
        writeFileSync(join(workspace, PATH), OPEN);
      },
    },
    { code: 'actor.not_allowed', requests: 1 },
  );
  decides(
    "is not read from the run's or the PR's branch",
    {
      ...withFile('version: 1\nevents:\n  push: {}\n'),
      eventName: 'pull_request',
      event: pullRequestEvent(),
      world: {
        contents: { [PATH]: 'version: 1\nevents:\n  push: {}\n' },
        branches: { 'charts/redis-1.4.2': { [PATH]: 'version: 1\nevents:\n  pull_request: {}\n' } },
      },
      environment: {
        GITHUB_HEAD_REF: 'charts/redis-1.4.2',
        GITHUB_REF: 'refs/pull/7/merge',
        GITHUB_REF_NAME: '7/merge',
      },
    },
    { code: 'event.not_allowed', requests: 1 },
  );
  decides(
    'denies as any policy does',
    { ...withFile(), event: dispatchEvent({ pr: 7 }, { sender: USERS.stranger }) },
    { code: 'actor.not_allowed', requests: 1 },
  );
  decides(
    'is not there',
    { ...withFile(), world: {} },
    { code: 'config.policy_missing', requests: 1, says: [/dispatch-guard\.yml/, /default branch/] },
  );
  decides('is invalid, with its line', withFile('version: 1\nevents:\n  push: {actor: [mona]}\n'), {
    code: 'config.policy_invalid',
    requests: 1,
    says: [/dispatch-guard\.yml|line 3|3:/, /`actors`/],
  });
  decides('is empty', withFile(''), { code: ['config.policy_invalid', 'config.policy_missing'], requests: 1 });
  decides('has a byte order mark', withFile(`\uFEFF${POLICY}`), { code: ['allowed', 'config.policy_invalid'] });
  decides(
    'is not UTF-8',
    { ...withFile(), world: { contents: { [PATH]: Buffer.from([0xff, 0xfe, 0x00]) } } },
    { code: ['config.policy_invalid', 'api.invalid_response'], requests: 1 },
  );

  for (const path of [
    '../policy.yml',
    '/etc/passwd',
    'a/../../b.yml',
    './../x.yml',
    '..',
    '.',
    '',
    'a//b.yml',
    'a\\..\\..\\b.yml',
    'https://evil.example/p.yml',
    'a.yml?ref=evil',
    'a.yml#x',
    '%2e%2e/p.yml',
    'a/%2e%2e/%2e%2e/p.yml',
    'a\nb.yml',
  ]) {
    decides(
      `does not leave the repository: ${JSON.stringify(path)}`,
      withFile(POLICY, path),
      { code: ['config.invalid_input', 'config.policy_missing'], requests: 'any' },
      (ran) => {
        // A path with an odd name is asked for as a file of that name, or not at all.
        for (const request of ran.requests) {
          assert.ok(
            request.path.startsWith('/repos/acme/charts/contents/') &&
              !/\/\.\.?(\/|$|\?)|[?&]ref=evil/.test(request.path),
            request.path,
          );
        }
      },
    );
  }
  decides(
    'may have a name that needs escaping',
    { ...withFile(POLICY, 'a b/ü#1.yml'), world: { pulls: { 7: pullRequest() }, contents: { 'a b/ü#1.yml': POLICY } } },
    'allowed',
  );

  decides(
    'is a directory',
    {
      ...withFile(),
      script: { contents: fault.json([contentFile({ path: `${PATH}/a`, text: '', sha: blobSha('') })]) },
    },
    {
      code: ['config.policy_invalid', 'config.policy_missing', 'config.invalid_input', 'api.invalid_response'],
      requests: 1,
    },
  );
  decides(
    'is a symbolic link',
    {
      ...withFile(),
      script: {
        contents: fault.changed((answer) => ({
          ...answer,
          body: { ...answer.body, type: 'symlink', target: '/etc/passwd', content: undefined, encoding: undefined },
        })),
      },
    },
    { code: ['config.policy_invalid', 'config.policy_missing', 'api.invalid_response'], requests: 1 },
  );
  decides(
    'is too large for the API to show',
    {
      ...withFile(),
      script: {
        contents: fault.changed((answer) => ({
          ...answer,
          body: { ...answer.body, content: '', encoding: 'none', size: 2_000_000 },
        })),
      },
    },
    { code: ['config.policy_invalid', 'api.invalid_response'], requests: 1 },
  );
  decides(
    'may not be read',
    { ...withFile(), script: { contents: fault.forbidden('contents=read') } },
    { code: 'api.forbidden', requests: 1, says: [/contents: read/] },
  );
  decides(
    'cannot be read',
    { ...withFile(), script: { contents: fault.status(500) } },
    { code: 'api.unavailable', requests: 4 },
  );
  decides(
    'is broken base64',
    {
      ...withFile(),
      script: { contents: fault.changed((answer) => ({ ...answer, body: { ...answer.body, content: '%%%' } })) },
    },
    { code: 'api.invalid_response', requests: 1 },
  );
});
