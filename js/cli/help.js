// @ts-check

import { commandOf, COMMANDS } from './commands.js';
import { Misuse } from './misuse.js';
import { terminal } from './terminal.js';

const GLOBAL_OPTIONS = [
  { name: '--help, -h', help: 'print this, or the help of a command' },
  { name: '--version, -V', help: 'print the version' },
];

const EXIT =
  'Exit status: 0 allow, 1 deny, 2 wrong use or policy, 3 an answer of the API is missing, 4 replay differs.';

/**
 * @param {string} [name] of a command; the help of all without
 * @returns {string}
 */
export function help(name) {
  if (name === undefined) return general();
  const command = commandOf(name);
  if (command === undefined) throw new Misuse(`there is no command \`${name}\``);

  const { paint } = terminal();
  const options = [
    ...command.options.map((option) => ({
      name: `--${option.name}${option.value ? ` ${option.value}` : ''}`,
      help: option.multiple ? `${option.help} (repeatable)` : option.help,
    })),
    { name: '--help, -h', help: 'print this' },
  ];
  const examples = command.examples.map(
    (example) => `  ${paint('dim', `# ${example.text}`)}\n${shellLines(example.command)}`,
  );
  return [
    `${paint('bold', `dispatch-guard ${name}`)}: ${command.summary}`,
    section('Usage', command.usage.map((line) => `  ${line}`).join('\n')),
    ...command.about.map((paragraph) => wrapped(paragraph)),
    section('Options', table(options)),
    section(command.examples.length > 1 ? 'Examples' : 'Example', examples.join('\n\n')),
    wrapped(`Exit status: ${command.exit}`),
  ].join('\n\n');
}

function general() {
  const { paint } = terminal();
  const commands = Object.entries(COMMANDS).map(([name, { summary }]) => ({ name, help: summary }));
  return [
    `${paint('bold', 'dispatch-guard')}: try a policy before it guards anything`,
    section('Usage', '  dispatch-guard COMMAND [OPTION…]'),
    section('Commands', table(commands)),
    section('Options', table(GLOBAL_OPTIONS)),
    section(
      'Example',
      `  ${paint('dim', '# A sample that comes with dispatch-guard:')}\n  dispatch-guard check dispatch`,
    ),
    wrapped('`dispatch-guard COMMAND --help` tells more, with examples.'),
    wrapped(EXIT),
  ].join('\n\n');
}

/**
 * @param {string} title
 * @param {string} body
 */
function section(title, body) {
  return `${terminal().paint('cyan', title)}\n${body}`;
}

/** @param {{ name: string, help: string }[]} rows */
function table(rows) {
  const { width, paint } = terminal();
  const column = Math.min(32, Math.max(...rows.map(({ name }) => name.length)));
  const indent = ' '.repeat(column + 4);
  return rows
    .map(({ name, help }) => {
      const lines = fold(help, width - indent.length);
      const text = lines.join(`\n${indent}`);
      const padding = ' '.repeat(Math.max(0, column - name.length) + 2);
      return `  ${paint('bold', name)}${padding}${text}`;
    })
    .join('\n');
}

/** @param {string} text */
function wrapped(text) {
  return fold(text, terminal().width).join('\n');
}

/**
 * Breaks a text of our own, which is all letters of one column, between its words.
 * @param {string} text
 * @param {number} width
 */
function fold(text, width) {
  /** @type {string[]} */
  const lines = [];
  for (const word of text.split(' ')) {
    const line = lines.pop();
    const longer = line === undefined ? word : `${line} ${word}`;
    lines.push(...(line === undefined || longer.length <= width ? [longer] : [line, word]));
  }
  return lines;
}

/**
 * A command on as many lines as it takes, to be pasted as it is.
 * @param {string} command
 */
function shellLines(command) {
  const width = terminal().width - 2;
  const lines = [''];
  // Options stay on one line with their values.
  for (const word of command.split(/ (?=--|>)/)) {
    const line = lines.at(-1) ?? '';
    if (line === '') lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length + 2 <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(`  ${word}`);
  }
  return lines.map((line) => `  ${line}`).join(' \\\n');
}
