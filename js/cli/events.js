// @ts-check
// Where events come from: files, evidence, samples, and the examples of @octokit/webhooks-examples.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { answersByPath } from './answers.js';
import { Misuse, readBytes } from './misuse.js';

/** @typedef {import('./answers.js').Respond} Respond */

/**
 * What an event is judged by.
 * @typedef {object} Rules
 * @property {string} label
 * @property {string} [policy] YAML
 * @property {string[]} [flat] `NAME=VALUE`
 * @property {boolean} [then] whether they stand for the decision that was made then
 */

/**
 * An event, and what is known beside it.
 * @typedef {object} Source
 * @property {string} label
 * @property {Uint8Array} bytes of the event file
 * @property {string} [eventName]
 * @property {Record<string, string>} [environment]
 * @property {boolean} [evidence] whether the bytes are evidence and not an event file
 * @property {Rules} [rules] those that it came with
 * @property {Respond} [respond] GitHub's answers
 */

/** What stands for the rules and the decision in evidence. */
export const RECORDED = 'recorded';

const EXAMPLES = '@octokit/webhooks-examples';

/** @returns {URL} the folder of the samples, beside dist */
const samples = () => new URL('../samples/', import.meta.url);

/** @returns {string[]} the names of the samples */
export function sampleNames() {
  // They come with the package and the repository, but not with the archive that workflows download.
  const files = existsSync(samples()) ? readdirSync(samples()) : [];
  return files.flatMap((file) => /^([^.]+)\.json$/.exec(file)?.[1] ?? []);
}

/**
 * @param {string} word `[NAME=]FILE`, the name of a sample, or that of an example
 * @param {string} [otherwise] the event's name where the word does not say it
 * @returns {Source}
 * @throws {Misuse}
 */
export function openEvent(word, otherwise) {
  const [, said = otherwise, name = word] = /^([a-z_]+)=(.+)$/s.exec(word) ?? [];
  const isFile = /[\\/]|\.json$/.test(name) || statSync(name, { throwIfNoEntry: false })?.isFile();
  const source = isFile ? openFile(name) : openNamed(name);
  return said === undefined ? source : { ...source, eventName: said };
}

/**
 * @param {string} path
 * @returns {Source}
 */
function openFile(path) {
  const bytes = readBytes(path, `the event \`${path}\``);
  const recorded = evidenceIn(bytes);
  if (recorded === undefined) return { label: path, bytes };
  const eventName = String(recorded.environment?.GITHUB_EVENT_NAME ?? '');
  return { label: path, bytes, evidence: true, eventName, rules: { label: RECORDED } };
}

/** @param {Buffer} bytes */
function evidenceIn(bytes) {
  // Spares the parsing of most events, which can be large.
  if (!bytes.includes('"exchanges"')) return undefined;
  try {
    const document = JSON.parse(bytes.toString());
    return Array.isArray(document?.exchanges) && document.decision ? document : undefined;
  } catch {
    // The core says what is wrong with it.
    return undefined;
  }
}

/** @param {string} name */
function openNamed(name) {
  if (sampleNames().includes(name)) return openSample(name);
  const example = openExample(name);
  if (example !== undefined) return example;
  throw new Misuse(
    `there is no file, sample or example \`${name}\`; the samples are ${sampleNames().join(', ')}; ` +
      `examples are named like \`pull_request.opened\` and need the package ${EXAMPLES}`,
  );
}

/**
 * @param {string} name
 * @returns {Source}
 */
function openSample(name) {
  /** @param {string} file */
  const read = (file) => readFileSync(new URL(file, samples()));
  const { event_name, event, inputs, environment = {}, answers = {} } = JSON.parse(read(`${name}.json`).toString());
  /** @param {unknown} value lines, or one */
  const text = (value) => [value].flat().join('\n');
  const { policy, ...flat } = inputs;
  const given = Object.entries(flat).map(([input, value]) => `${input}=${text(value)}`);
  const bodies = Object.entries(answers).map(([path, file]) => /** @type {const} */ ([path, read(file).toString()]));
  return {
    label: name,
    bytes: read(event),
    eventName: event_name,
    environment,
    rules: { label: 'of the sample', ...(policy === undefined ? { flat: given } : { policy: text(policy) }) },
    respond: answersByPath(new Map(bodies)),
  };
}

/**
 * An example by the name of its event, its action and a number: `pull_request`, `pull_request.closed`,
 * `pull_request.closed.2`.
 * @param {string} name
 * @returns {Source | undefined}
 */
function openExample(name) {
  const events = loadExamples();
  const [eventName, ...rest] = name.split('.');
  const event = events?.find((candidate) => candidate.name === eventName);
  if (event === undefined) return undefined;
  const number = /^[1-9]\d*$/.test(rest.at(-1) ?? '') ? Number(rest.pop()) : 1;
  const [action] = rest;
  const fitting = event.examples.filter((example) => action === undefined || example.action === action);
  const example = fitting[number - 1];
  if (example !== undefined) return { label: name, bytes: Buffer.from(JSON.stringify(example)), eventName: event.name };
  const actions = [...new Set(event.examples.map((example) => example.action))].filter(Boolean);
  const known = actions.length > 0 ? `; there are examples of ${actions.join(', ')}` : '';
  throw new Misuse(`there is no example \`${name}\`${known}`);
}

/** @returns {{ name: string, examples: { action?: string }[] }[] | undefined} */
function loadExamples() {
  for (const from of [join(process.cwd(), 'package.json'), import.meta.filename]) {
    try {
      return JSON.parse(readFileSync(createRequire(from).resolve(EXAMPLES), 'utf8'));
    } catch {
      // It is not installed there.
    }
  }
  return undefined;
}
