// @ts-check
// docs/faults.md, from what was observed.

import { CALLS } from './calls.js';
import { GROUPS } from './faults.js';
import { applies, ROWS, TROUBLES } from './files.js';
import { INTERRUPTED, SIGNALS } from './signals.js';

/** @typedef {import('./calls.js').Call} Call */

/**
 * @typedef {object} Observed
 * @property {(call: Call, fault: string) => { code: string, attempts: number }} matrix
 * @property {(row: (typeof ROWS)[number], trouble: string) => string} files
 * @property {(call: Call, signal: string) => string} signals
 * @property {{ code: string }} time
 */

const nameOf = (/** @type {Call} */ { action, name }) => `${action}: ${name}`;
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
      text: `What is asked, and when; in the last column what the runs below come to where nothing is wrong. The address of an issuer's keys follows from the issuer, so no discovery document is read.

${table(
  ['request', 'address', 'made if', 'all is well'],
  CALLS.map((call) => [nameOf(call), `\`${call.method} ${call.shown}\``, call.made, `\`${call.well}\``]),
)}`,
    },
    ...GROUPS.map(({ title, text, faults }) => ({
      title,
      text: `${text}

${table(
  ['request', ...faults.map((fault) => fault.title)],
  CALLS.map((call) => [nameOf(call), ...faults.map(({ id }) => cell(observed.matrix(call, id)))]),
)}`,
    })),
    {
      title: 'Time',
      text: `A request has 10 seconds, all of a run together 60, pauses included. Where each request of a guard with \`once\` has no answer three times and a good one then, the run ends with \`${observed.time.code}\` as the 60 seconds are over.
`,
    },
    {
      title: 'Files',
      text: `A run that would go well, and one file of it that cannot be written. A summary is for reading only; everything else that was asked for is written, or the run has failed.

${table(
  ['file', ...TROUBLES.map(({ title }) => title)],
  ROWS.map((row) => [
    `${row.call.action}: ${row.target}`,
    ...TROUBLES.map(({ id }) => (applies(row.target, id) ? observed.files(row, id) : '')),
  ]),
)}
Where the outputs are lost, the step has failed, and a later step that runs all the same reads \`false\` or nothing. What \`send\` and \`report\` have done by then is done: what they say of the failure begins with it, so that nobody starts them again unread.
`,
    },
    {
      title: 'Signals',
      text: `What the file of outputs holds after a signal in the middle of the request; the process ends by the signal, which is a failed step.

${table(
  ['request', ...SIGNALS.map((signal) => `\`${signal}\``)],
  INTERRUPTED.map((call) => [nameOf(call), ...SIGNALS.map((signal) => observed.signals(call, signal))]),
)}`,
    },
    {
      title: 'How it was found',
      text: `Each cell is a process of the committed bundle, started as the runner starts it, against [an API on loopback](../tests/js/support/fake-api.js) that is well but for the one request; [the test](../tests/js/faults/matrix.test.js) holds it against what is promised and fails where this page says something else.
The clock of such a process leaps over what the run waits for: over 10 seconds when the API lets a request wait, and over the pauses before another attempt. [A guard](../tests/js/guard/slow.test.js) and [a dispatch](../tests/js/send/slow.test.js) that wait for all of it are tested too.
`,
    },
  ];
  return `# Faults

<!-- Made from what is observed: \`UPDATE_DOCS=1 node --test tests/js/faults/matrix.test.js\` -->

What comes of a fault at each request that the three actions can make, of a file that cannot be written, and of a signal.

${sections.map(({ title }) => `- [${title}](#${slug(title)})`).join('\n')}

A cell of the tables about requests is the [reason code](reason-codes.md) that the run ends with, and how often the request was made where that is more than once. In all of these runs:

- every output is set, and none beside them; the deciding one (\`allowed\`, \`sent\`, \`reported\`) is \`true\` with the code \`allowed\` only;
- the exit status is 0 with the code \`allowed\` only; with every other one it is 1, and one error annotation names the code;
- nothing is asked after the request that failed, but for what explains a 404; no other host is asked anything, and no secret is printed;
- one dispatch is taken at most;
- the run's record names every attempt.

${sections.map(({ title, text }) => `## ${title}\n\n${text}`).join('\n')}`;
}
