// @ts-check
// `npm start`: runs the committed action on a sample, as a runner would start it, and shows what it decided.
//
//   npm start                 ADR-008's dispatch: W2 asks W5 to validate a pull request
//   npm start -- NAME         another sample
//   npm start -- --list       their names
//
// Nothing is installed, no token and no network is used: the API's answers are recorded and played on loopback.

import { existsSync } from 'node:fs';
import { styleText } from 'node:util';
import { FIRST, playAnswers, readSample, sampleNames } from '../samples/samples.js';
import { DIST, runAction } from '../tests/js/support/run-action.js';

const inColour = process.stdout.isTTY === true && !process.env.NO_COLOR;
/** @param {Parameters<typeof styleText>[0]} style @param {string} text */
const paint = (style, text) => (inColour ? styleText(style, text) : text);
const width = Math.min(process.stdout.columns ?? 100, 110);

const names = sampleNames();
const [wanted = FIRST, ...rest] = process.argv.slice(2);
if (wanted === '--list' || wanted === '--help' || wanted === '-h') {
  list();
} else if (rest.length > 0 || !names.includes(wanted)) {
  console.error(`there is no sample \`${[wanted, ...rest].join(' ')}\`; these there are:\n`);
  list();
  process.exitCode = 2;
} else if (!existsSync(DIST)) {
  console.error(`${DIST} is not there: \`npm run build\` makes it`);
  process.exitCode = 2;
} else {
  process.exitCode = await show(readSample(wanted));
}

function list() {
  const column = Math.max(...names.map((name) => name.length));
  for (const name of names) console.log(`  ${paint('bold', name.padEnd(column))}  ${readSample(name).title}`);
  console.log(`\nnpm start -- NAME runs one; without a name it is \`${FIRST}\``);
}

/**
 * @param {import("../samples/samples.js").Sample} sample
 * @returns {Promise<number>} 0 if the decision is the one that the sample is there to show
 */
async function show(sample) {
  const api = await playAnswers(sample);
  const { eventName, event, inputs, environment } = sample;
  const ran = await runAction({ eventName, event, inputs, environment, apiUrl: api.url });
  api.close();
  const { outputs, result } = ran;

  title(sample.title);
  console.log(folded(sample.story, 0));
  heading('with');
  for (const [name, value] of Object.entries(inputs)) row(name, value, 'dim');

  heading('decision');
  const allowed = outputs.allowed === 'true';
  const decision = (outputs.decision ?? 'none').toUpperCase();
  console.log(
    `  ${paint(allowed ? ['bold', 'green'] : ['bold', 'red'], `${allowed ? '✔' : '✘'} ${decision}`)}  ${paint('bold', outputs['reason-code'] ?? '')}`,
  );
  console.log(folded(outputs.reason ?? '', 2));
  if (result?.mend) console.log(paint('dim', folded(result.mend, 2)));

  heading('checks');
  const marks = { pass: paint('green', '✔ pass'), fail: paint('red', '✘ fail'), skip: paint('dim', '· skip') };
  for (const { step, check, status, found } of result?.checks ?? []) {
    const mark = marks[/** @type {keyof typeof marks} */ (status)] ?? status;
    console.log(
      `  ${mark}  ${step.replace('_', ' ').padEnd(13)} ${check.padEnd(14)} ${paint('dim', status === 'skip' ? '' : found)}`.trimEnd(),
    );
  }

  heading('requests');
  for (const { method, path, status } of api.requests)
    console.log(`  ${method} ${path} ${paint('dim', `→ ${status}`)}`);
  if (api.requests.length === 0) console.log(paint('dim', '  none'));

  heading('outputs');
  for (const [name, value] of Object.entries(outputs))
    row(
      name,
      name === 'result' ? `${value.length} characters of JSON` : value,
      name === 'allowed' ? 'bold' : undefined,
    );

  console.log(paint('dim', `\nexit status ${ran.code} after ${Math.round(ran.ms)} ms`));
  const asMeant = outputs.allowed === sample.expect.allowed && outputs['reason-code'] === sample.expect.reasonCode;
  if (!asMeant)
    console.error(
      `\nthis sample should end with \`${sample.expect.reasonCode}\`; the log of the action:\n\n${ran.stdout}${ran.stderr}`,
    );
  return asMeant ? 0 : 1;
}

/** @param {string} text */
function title(text) {
  console.log(`\n${paint('bold', text)}\n`);
}

/** @param {string} text */
function heading(text) {
  console.log(`\n${paint('cyan', text)}`);
}

/** @param {string} name @param {string} value @param {Parameters<typeof styleText>[0]} [style] */
function row(name, value, style) {
  const [first = '', ...more] = value.split('\n');
  const shown = first === '' && more.length === 0 ? paint('dim', '—') : first;
  console.log(`  ${name.padEnd(18)}${style === undefined ? shown : paint(style, shown)}`);
  for (const line of more) console.log(`  ${''.padEnd(18)}${style === undefined ? line : paint(style, line)}`);
}

/** Breaks text into lines of at most `width` columns. @param {string} text @param {number} indent */
function folded(text, indent) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && indent + line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.map((line) => ' '.repeat(indent) + line).join('\n');
}
