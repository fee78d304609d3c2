// @ts-check
// Reduces GitHub's OpenAPI description to the operations that dispatch-guard uses. Install `@octokit/openapi@23` outside
// of the repository (it has 400 MB) and run:
//
//   node tests/js/support/cut-openapi.js PATH/node_modules/@octokit/openapi
//
// Prose, examples, extensions and other operations are removed. The schemas of requests and answers are unchanged.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @typedef {{[key: string]: any}} Tree */

const OPERATIONS = [
  'get /repos/{owner}/{repo}',
  'get /repos/{owner}/{repo}/activity',
  'get /repos/{owner}/{repo}/pulls',
  'get /repos/{owner}/{repo}/pulls/{pull_number}',
  'get /repos/{owner}/{repo}/pulls/{pull_number}/files',
  'get /repos/{owner}/{repo}/pulls/{pull_number}/reviews',
  'get /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}',
  'get /repos/{owner}/{repo}/issues/comments/{comment_id}',
  'get /repos/{owner}/{repo}/issues/{issue_number}/events',
  'get /repos/{owner}/{repo}/collaborators/{username}/permission',
  'get /orgs/{org}/members/{username}',
  'get /orgs/{org}/public_members/{username}',
  'get /orgs/{org}/teams/{team_slug}',
  'get /orgs/{org}/teams/{team_slug}/memberships/{username}',
  'get /repos/{owner}/{repo}/actions/runs',
  'get /repos/{owner}/{repo}/actions/runs/{run_id}',
  'get /repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}',
  'get /repos/{owner}/{repo}/contents/{path}',
  'post /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches',
  'get /repos/{owner}/{repo}/commits/{commit_sha}/pulls',
  'get /repos/{owner}/{repo}/commits/{ref}/check-runs',
  'get /repos/{owner}/{repo}/commits/{ref}/statuses',
  'get /repos/{owner}/{repo}/commits/{ref}/status',
  'post /repos/{owner}/{repo}/statuses/{sha}',
  'post /repos/{owner}/{repo}/dispatches',
  'get /users/{username}',
];

/** Keys without meaning for validation. A property may have such a name: see `trim`. */
const PROSE = new Set(['description', 'summary', 'externalDocs', 'example', 'examples', 'tags', 'title', 'deprecated']);

const [source] = process.argv.slice(2);
if (source === undefined) {
  console.error('usage: node tests/js/support/cut-openapi.js PATH-OF-@octokit/openapi');
  process.exit(2);
}
const whole = JSON.parse(readFileSync(join(source, 'generated/api.github.com.json'), 'utf8'));
const cut = cutTo(whole, OPERATIONS);
const target = fileURLToPath(new URL('../../fixtures/openapi/api.github.com.json', import.meta.url));
writeFileSync(target, serialize(cut));
console.log(`${target}: ${OPERATIONS.length} operations, ${Object.keys(cut.components.schemas).length} schemas`);

/**
 * @param {Tree} spec
 * @param {string[]} operations
 */
function cutTo(spec, operations) {
  /** @type {Tree} */
  const paths = {};
  for (const operation of operations) {
    const [method = '', path = ''] = operation.split(' ');
    const found = spec.paths[path]?.[method];
    if (found === undefined) throw new Error(`${operation} is not in the description`);
    (paths[path] ??= {})[method] = trim(found);
  }

  /** @type {Tree} */
  const components = {};
  const waiting = [paths];
  for (let tree = waiting.pop(); tree !== undefined; tree = waiting.pop()) {
    for (const [section = '', name = ''] of references(tree)) {
      components[section] ??= {};
      if (name in components[section]) continue;
      components[section][name] = trim(spec.components[section][name]);
      if (section === 'responses') components[section][name].description = '';
      waiting.push(components[section][name]);
    }
  }
  for (const section of Object.keys(components)) components[section] = sorted(components[section]);

  const { version, license } = spec.info;
  return {
    openapi: spec.openapi,
    info: { title: 'GitHub REST API, the operations that dispatch-guard uses', version, license },
    servers: spec.servers,
    paths,
    components,
  };
}

/**
 * Drops prose. The members of `properties` are names of the data, so they all stay.
 * @param {any} tree
 * @param {boolean} [names] whether the keys of `tree` are names of the data
 * @returns {any}
 */
function trim(tree, names = false) {
  if (Array.isArray(tree)) return tree.map((item) => trim(item));
  if (tree === null || typeof tree !== 'object') return tree;
  /** @type {Tree} */
  const kept = {};
  for (const [key, value] of Object.entries(tree)) {
    if (!names && (PROSE.has(key) || key.startsWith('x-'))) continue;
    kept[key] = trim(value, key === 'properties' && !names);
  }
  // A response object must have a description.
  if (!names && kept.responses !== undefined) {
    for (const response of Object.values(kept.responses)) if (!('$ref' in response)) response.description = '';
  }
  return kept;
}

/**
 * @param {any} tree
 * @returns {Generator<string[]>} [section, name] of each component that `tree` refers to
 */
function* references(tree) {
  if (tree === null || typeof tree !== 'object') return;
  for (const [key, value] of Object.entries(tree)) {
    if (key === '$ref' && typeof value === 'string') yield value.replace('#/components/', '').split('/');
    else yield* references(value);
  }
}

/** One line per operation and component, so that a diff shows which of them changed. @param {Tree} spec */
function serialize(spec) {
  /** @type {(tree: any, depth: number, indent: string) => string} */
  const write = (tree, depth, indent) => {
    if (depth === 0) return JSON.stringify(tree);
    const inner = `${indent} `;
    const members = Object.entries(tree).map(([key, value]) => {
      const isDeep = key === 'paths' || key === 'components' || depth < 3;
      return `${inner}${JSON.stringify(key)}: ${isDeep ? write(value, depth - 1, inner) : JSON.stringify(value)}`;
    });
    return `{\n${members.join(',\n')}\n${indent}}`;
  };
  return `${write(spec, 3, '')}\n`;
}

/** @param {Tree} tree */
function sorted(tree) {
  return Object.fromEntries(Object.entries(tree).sort(([a], [b]) => (a < b ? -1 : 1)));
}
