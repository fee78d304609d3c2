// @ts-check
// `npm start`: checks a sample with the command line, runs the committed action on it as a runner would start it, and
// shows its outputs.
//
//   npm start                 the dispatch: W2 asks W5 to validate a pull request
//   npm start -- NAME         another sample
//   npm start -- --list       the names of all
//
// Needs no installation, token or network: a server on loopback replays recorded answers of the API.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { FIRST, playAnswers, readSample, sampleNames } from '../samples/samples.js';
import { DIST, runAction } from './run-action.mjs';

const inColour = process.stdout.isTTY === true && !process.env.NO_COLOR;
/** @param {Parameters<typeof styleText>[0]} style @param {string} text */
const paint = (style, text) => (inColour ? styleText(style, text) : text);
const width = Math.min(process.stdout.columns ?? 100, 110);

const names = sampleNames();
const [wanted = FIRST, ...rest] = process.argv.slice(2);
if (wanted === '--list' || wanted === '--help' || wanted === '-h') {
  list();
} else if (rest.length > 0 || !names.includes(wanted)) {
  console.error(`unknown sample \`${[wanted, ...rest].join(' ')}\`; the samples are:\n`);
  list();
  process.exitCode = 2;
} else if (!existsSync(DIST)) {
  console.error(`${DIST} does not exist; run \`npm run build\``);
  process.exitCode = 2;
} else {
  process.exitCode = await show(readSample(wanted));
}

function list() {
  const column = Math.max(...names.map((name) => name.length));
  for (const name of names) console.log(`  ${paint('bold', name.padEnd(column))}  ${readSample(name).title}`);
  console.log(`\nnpm start -- NAME runs one; the default is \`${FIRST}\``);
}

/**
 * @param {import("../samples/samples.js").Sample} sample
 * @returns {Promise<number>} 0 if the decision is the expected one
 */
async function show(sample) {
  const api = await playAnswers(sample);
  const { eventName, event, inputs, environment } = sample;
  const ran = await runAction({ eventName, event, inputs, environment, apiUrl: api.url });
  api.close();
  const { outputs } = ran;

  title(sample.title);
  console.log(wrap(sample.story, 0));
  heading('with');
  for (const [name, value] of Object.entries(inputs)) row(name, value, 'dim');

  heading(`dispatch-guard check ${sample.name}`);
  spawnSync(process.execPath, [join(DIST, 'cli', 'main.cjs'), 'check', sample.name], { stdio: 'inherit' });

  heading('outputs');
  for (const [name, value] of Object.entries(outputs))
    row(
      name,
      name === 'result' ? `${value.length} characters of JSON` : value,
      name === 'allowed' ? 'bold' : undefined,
    );

  console.log(paint('dim', `\nexit status ${ran.code} after ${Math.round(ran.ms)} ms`));
  const asExpected = outputs.allowed === sample.expect.allowed && outputs['reason-code'] === sample.expect.reasonCode;
  if (!asExpected)
    console.error(`\nexpected \`${sample.expect.reasonCode}\`; the log of the action:\n\n${ran.stdout}${ran.stderr}`);
  return asExpected ? 0 : 1;
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

/** Wraps text to `width` columns. @param {string} text @param {number} indent */
function wrap(text, indent) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && indent + line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.map((line) => ' '.repeat(indent) + line).join('\n');
}
