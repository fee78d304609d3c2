// @ts-check
// Writes docs/internals/faults.md from the results.

import { ENDPOINTS } from './endpoints.js';
import { GROUPS } from './fault-kinds.js';
import { applies, ROWS, FILE_FAULTS } from './files.js';
import { INTERRUPTED, SIGNALS } from './signals.js';

/** @typedef {import('./endpoints.js').Endpoint} Endpoint */

/**
 * @typedef {object} Observed
 * @property {(endpoint: Endpoint, fault: string) => { code: string, attempts: number }} matrix
 * @property {(row: (typeof ROWS)[number], fault: string) => string} files
 * @property {(endpoint: Endpoint, signal: string) => string} signals
 * @property {{ code: string }} time
 */

const nameOf = (/** @type {Endpoint} */ { action, name }) => `${action}: ${name}`;
/** @param {(string | undefined)[]} cells */
const line = (cells) => `| ${cells.join(' | ')} |\n`;
/** @param {string[]} head @param {string[][]} rows */
const table = (head, rows) => line(head) + line(head.map(() => '---')) + rows.map(line).join('');
const slug = (/** @type {string} */ title) =>
  title
    .toLowerCase()
    .replace(/[^a-z -]/g, '')
    .replaceAll(' ', '-');

/** @param {{ code: string, attempts: number }} found */
const cell = ({ code, attempts }) => `\`${code}\`${attempts === 1 ? '' : ` × ${attempts}`}`;

/** @param {Observed} observed */
export function page(observed) {
  const sections = [
    {
      title: 'The requests',
      text: `Every request of the actions: when it is made, and the code of the runs below if nothing fails. Those of \`send\` that come after the dispatch belong to \`wait\`, here with a time-out of one second: a fault that may pass does not end the wait. The address of an issuer's keys follows from the issuer, so no discovery document is read.

${table(
  ['request', 'address', 'made if', 'without a fault'],
  ENDPOINTS.map((endpoint) => [
    nameOf(endpoint),
    `\`${endpoint.method} ${endpoint.shown}\``,
    endpoint.made,
    `\`${endpoint.well}\``,
  ]),
)}`,
    },
    ...GROUPS.map(({ title, text, faults }) => ({
      title,
      text: `${text}

${table(
  ['request', ...faults.map((fault) => fault.title)],
  ENDPOINTS.map((endpoint) => [nameOf(endpoint), ...faults.map(({ id }) => cell(observed.matrix(endpoint, id)))]),
)}`,
    })),
    {
      title: 'Time',
      text: `A request times out after 10 seconds, a run after 60 seconds, pauses included. If each request of a guard with \`once\` gets no answer three times before a good one, the run ends with \`${observed.time.code}\` after 60 seconds.
`,
    },
    {
      title: 'Files',
      text: `A run that would be allowed, with one file that cannot be written. A summary that cannot be written is a warning; every other file is an error.

${table(
  ['file', ...FILE_FAULTS.map(({ title }) => title)],
  ROWS.map((row) => [
    `${row.endpoint.action}: ${row.target}`,
    ...FILE_FAULTS.map(({ id }) => (applies(row.target, id) ? observed.files(row, id) : '')),
  ]),
)}
If the outputs are lost, the step fails, and a later step that runs anyway reads \`false\` or nothing. What \`send\` and \`report\` did before the failure is not undone: their message begins with it, so that they are not started again by mistake.
`,
    },
    {
      title: 'Signals',
      text: `The file of outputs after a signal in the middle of the request. The process ends by the signal, and the step fails.

${table(
  ['request', ...SIGNALS.map((signal) => `\`${signal}\``)],
  INTERRUPTED.map((endpoint) => [nameOf(endpoint), ...SIGNALS.map((signal) => observed.signals(endpoint, signal))]),
)}`,
    },
    {
      title: 'How this is tested',
      text: `Each cell is a process of the committed bundle, started as the runner starts it, against [an API on loopback](../../tests/js/support/fake-api.js) that fails only for the one request. [The test](../../tests/js/faults/matrix.test.js) compares the results with the expected ones and with this page.
The clock of such a process jumps over the waiting: over the 10 seconds of a time-out and over the pauses before a retry. [Other tests](../../tests/js/guard/slow.test.js) wait in real time.
`,
    },
  ];
  return `# Failure modes

<!-- Generated: \`UPDATE_DOCS=1 node --test tests/js/faults/matrix.test.js\` -->

How each action behaves when an API request fails, a file cannot be written, or the process receives a signal.

${sections.map(({ title }) => `- [${title}](#${slug(title)})`).join('\n')}

A cell in the tables of requests is the [reason code](../reason-codes.md) of the run and, if there was more than one, the number of attempts. In all of these runs:

- every output and no other is set; the deciding one (\`allowed\`, \`sent\`, \`reported\`) is \`true\` only with the code \`allowed\`, or if the dispatch was sent and the run that was waited for did not succeed; \`reconcile\` lists what was sent;
- the exit status is 0 only with the code \`allowed\`; with every other code it is 1, and one error annotation names the code;
- no request follows the one that failed, except to explain a 404; no other host receives a request, and no secret is printed;
- at most one dispatch is accepted;
- the record of the run has every attempt.

${sections.map(({ title, text }) => `## ${title}\n\n${text}`).join('\n')}`;
}
