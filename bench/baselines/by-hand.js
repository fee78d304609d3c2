// @ts-check
// W5 of the README without dispatch-guard: the same checks, written as most actions are, on the toolkit.

import * as core from '@actions/core';
import * as github from '@actions/github';

class Denied extends Error {}

/** @param {string} name */
function list(name) {
  return core
    .getInput(name)
    .split(/[,\n]/)
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** The names under `payload:`, one a line. */
function fields() {
  return core.getMultilineInput('payload').map((line) => (line.split(':')[0] ?? '').trim());
}

/** @returns {Promise<any>} the pull request that the event is about */
async function findPull() {
  const { eventName, payload, actor, repo } = github.context;

  if (eventName === 'pull_request') {
    const types = list('activity-types');
    if (!types.includes(payload.action ?? '')) throw new Denied(`activity type ${payload.action} is not allowed`);
    return payload.pull_request;
  }
  if (eventName !== 'repository_dispatch') throw new Denied(`event ${eventName} is not allowed`);

  if (!list('dispatch-types').includes(payload.action ?? ''))
    throw new Denied(`dispatch type ${payload.action} is not allowed`);
  const actors = list('allowed-actors');
  if (!actors.includes(actor)) throw new Denied(`${actor} may not trigger this workflow`);
  if (payload.sender?.login !== actor) throw new Denied(`the sender ${payload.sender?.login} is not the actor`);
  if (!actors.includes(process.env.GITHUB_TRIGGERING_ACTOR ?? '')) throw new Denied('it was run again by someone else');

  const sent = payload.client_payload ?? {};
  const known = fields();
  const unknown = Object.keys(sent).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Denied(`unknown fields in the payload: ${unknown.join(', ')}`);
  if (!Number.isSafeInteger(sent.pr) || sent.pr < 1)
    throw new Denied('the field pr has to be the number of a pull request');
  if (typeof sent.chart !== 'string' || !/^[a-z0-9]+(?:[._-][a-z0-9]+)*$/i.test(sent.chart))
    throw new Denied('the field chart has to be a slug');

  const octokit = github.getOctokit(core.getInput('token', { required: true }));
  const { data } = await octokit.rest.pulls.get({ ...repo, pull_number: sent.pr });
  if (data.head.repo?.full_name !== `${repo.owner}/${repo.repo}`)
    throw new Denied('the pull request comes from a fork');
  return data;
}

async function run() {
  core.setOutput('allowed', 'false');
  try {
    const pull = await findPull();
    if (pull.state !== 'open') throw new Denied(`the pull request is ${pull.state}`);
    if (!list('base-branches').includes(pull.base.ref))
      throw new Denied(`${pull.base.ref} is not an allowed base branch`);

    core.setOutput('event', github.context.eventName);
    core.setOutput('event-type', github.context.payload.action);
    core.setOutput('actor', github.context.actor);
    core.setOutput('pr-number', pull.number);
    core.setOutput('pr-author', pull.user.login);
    core.setOutput('head-ref', pull.head.ref);
    core.setOutput('head-sha', pull.head.sha);
    core.setOutput('head-repo', pull.head.repo.full_name);
    core.setOutput('base-ref', pull.base.ref);
    core.setOutput('draft', pull.draft);
    core.setOutput(
      'labels',
      pull.labels.map((/** @type {any} */ label) => label.name),
    );
    core.setOutput('payload', github.context.payload.client_payload ?? {});
    core.info(`Allowed: pull request #${pull.number} at ${pull.head.sha}`);
    await core.summary
      .addHeading('Guard', 3)
      .addTable([
        ['Decision', 'allowed'],
        ['Pull request', `#${pull.number}`],
        ['Head', pull.head.sha],
      ])
      .write();
    core.setOutput('allowed', 'true');
  } catch (error) {
    core.setFailed(error instanceof Error ? error.message : String(error));
  }
}

run();
