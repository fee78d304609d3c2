// @ts-check

import { commandOf, COMMANDS } from './commands.js';
import { terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

const GLOBAL_OPTIONS = [
  { name: '--help, -h', help: 'print this, or the help of a command' },
  { name: '--no-color', help: 'print without colours, like NO_COLOR=1' },
  { name: '--version, -V', help: 'print the version' },
];

const EXIT =
  'Exit status: 0 allow, 1 deny, 2 wrong use or an invalid policy, 3 an answer of the API is missing, 4 replay differs.';

/**
 * @param {string} [name] of a command; the help of all without
 * @returns {string}
 */
export function help(name) {
  if (name === undefined) return general();
  const command = commandOf(name);
  if (command === undefined) throw new UsageError(`unknown command \`${name}\``);

  const { style } = terminal();
  const options = [
    ...command.options.map((option) => ({
      name: `--${option.name}${option.value ? ` ${option.value}` : ''}`,
      help: option.multiple ? `${option.help} (repeatable)` : option.help,
    })),
    { name: '--help, -h', help: 'print this' },
  ];
  const examples = command.examples.map(
    (example) => `  ${style('dim', `# ${example.text}`)}\n${shellLines(example.command)}`,
  );
  return [
    `${style('bold', `dispatch-guard ${name}`)}: ${command.summary}`,
    section('Usage', command.usage.map((line) => `  ${line}`).join('\n')),
    ...command.about.map((paragraph) => wrapText(paragraph)),
    section('Options', table(options)),
    section(command.examples.length > 1 ? 'Examples' : 'Example', examples.join('\n\n')),
    wrapText(`Exit status: ${command.exit}`),
  ].join('\n\n');
}

function general() {
  const { style } = terminal();
  const commands = Object.entries(COMMANDS).map(([name, { summary }]) => ({ name, help: summary }));
  return [
    `${style('bold', 'dispatch-guard')}: check a policy before you use it`,
    section('Usage', '  dispatch-guard COMMAND [OPTION…]'),
    section('Commands', table(commands)),
    section('Options', table(GLOBAL_OPTIONS)),
    section(
      'Example',
      `  ${style('dim', '# A sample that is part of dispatch-guard:')}\n  dispatch-guard check dispatch`,
    ),
    wrapText('`dispatch-guard COMMAND --help` prints options and examples.'),
    wrapText(EXIT),
  ].join('\n\n');
}

/**
 * @param {string} title
 * @param {string} body
 */
function section(title, body) {
  return `${terminal().style('cyan', title)}\n${body}`;
}

/** @param {{ name: string, help: string }[]} rows */
function table(rows) {
  const { width, style } = terminal();
  const column = Math.min(32, Math.max(...rows.map(({ name }) => name.length)));
  const indent = ' '.repeat(column + 4);
  return rows
    .map(({ name, help }) => {
      const lines = wrap(help, width - indent.length);
      const text = lines.join(`\n${indent}`);
      const padding = ' '.repeat(Math.max(0, column - name.length) + 2);
      return `  ${style('bold', name)}${padding}${text}`;
    })
    .join('\n');
}

/** @param {string} text */
function wrapText(text) {
  return wrap(text, terminal().width).join('\n');
}

/**
 * Wraps help text, whose characters are all one column wide.
 * @param {string} text
 * @param {number} width
 */
function wrap(text, width) {
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
 * A command on as many lines as needed, ready to paste.
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
