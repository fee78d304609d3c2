// @ts-check
// The samples of `npm start`: real-looking events with the API's recorded answers, which the tests run as well.
// Built-ins only: nothing is installed when `npm start` runs.

import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';

/** @typedef {{status: number, body: any}} Answer */
/**
 * @typedef {object} Sample
 * @property {string} name
 * @property {string} title
 * @property {string} story what happened, for people
 * @property {string} eventName
 * @property {any} event the webhook payload
 * @property {{[name: string]: string}} inputs
 * @property {{[name: string]: string}} environment what differs from the event's own sender
 * @property {Map<string, Answer>} answers by path of the request
 * @property {{allowed: string, reasonCode: string}} expect
 */

/** The sample that runs when none is named. */
export const FIRST = 'dispatch';

/** @returns {string[]} the first one first */
export function sampleNames() {
  const names = readdirSync(new URL('.', import.meta.url)).flatMap((file) => /^(.+)\.json$/.exec(file)?.[1] ?? []);
  return [FIRST, ...names.filter((name) => name !== FIRST)];
}

/** @param {string} name one of {@link sampleNames} @returns {Sample} */
export function readSample(name) {
  const { title, story, event_name, event, inputs, environment = {}, answers = {}, expect } = read(`${name}.json`);
  return {
    name,
    title,
    story,
    eventName: event_name,
    event: read(event),
    inputs: Object.fromEntries(Object.entries(inputs).map(([input, value]) => [input, [value].flat().join('\n')])),
    environment,
    answers: new Map(Object.entries(answers).map(([path, file]) => [path, { status: 200, body: read(String(file)) }])),
    expect: { allowed: expect.allowed, reasonCode: expect.reason_code },
  };
}

/** @param {string} file */
function read(file) {
  return JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'));
}

/**
 * Plays the recorded answers on loopback; anything else is not found.
 * @param {Sample} sample
 */
export async function playAnswers({ answers }) {
  /** @type {{method: string, path: string, status: number}[]} */
  const requests = [];
  const server = createServer((request, response) => {
    const { method = '', url: path = '' } = request;
    const { status, body } = answers.get(path) ?? { status: 404, body: { message: 'Not Found' } };
    requests.push({ method, path, status });
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { url: `http://127.0.0.1:${port}`, requests, close: () => server.close() && server.closeAllConnections() };
}
