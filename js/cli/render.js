// @ts-check
// Decisions as text for people: the layout. The core writes the sentences.

import stringWidth from 'fast-string-width';
import { wrapAnsi } from 'fast-wrap-ansi';
import { escapeLine, escapeWorkflowCommands } from './escape.js';

/** @typedef {import('./terminal.js').Format} Format */
/** @typedef {import('./terminal.js').Terminal} Terminal */

/**
 * One decision: an event under one set of rules.
 * @typedef {object} Case
 * @property {import('./events.js').Source} event
 * @property {import('./events.js').Rules} rules
 * @property {import('./core.js').Answer} answer
 */

/**
 * The parts of the output `result` that are shown.
 * @typedef {object} Result
 * @property {'allow' | 'deny' | 'error'} decision
 * @property {string} reason_code
 * @property {string} reason
 * @property {string} help
 * @property {{ name: string, type: string }} event
 * @property {{ step: string, check: string, status: 'pass' | 'fail' | 'skip', found: string, expected: string }[]} checks
 * @property {{ method: string, path: string, status: number | null, attempts: number }[]} api_requests
 */

/** @type {Record<Result['decision'], { mark: string, format: Format }>} */
const VERDICTS = {
  allow: { mark: '✓', format: 'green' },
  deny: { mark: '✗', format: 'red' },
  error: { mark: '!', format: 'yellow' },
};

/** @type {Record<Result['checks'][number]['status'], { mark: string, format: Format }>} */
const STATUSES = {
  pass: { mark: '✓', format: 'green' },
  fail: { mark: '✗', format: 'red' },
  skip: { mark: '-', format: 'dim' },
};

/** The fewest columns for the value next to the check's name. */
const MIN_VALUE_WIDTH = 48;

/**
 * @param {Case} decided
 * @returns {Result}
 */
function resultOf({ answer }) {
  return JSON.parse(answer.result);
}

/**
 * Whether the decision differs. A different reason code counts, even with the same verdict.
 * @param {Case} before
 * @param {Case} after
 */
export function isChange(before, after) {
  const [a, b] = [resultOf(before), resultOf(after)];
  return a.decision !== b.decision || a.reason_code !== b.reason_code;
}

/**
 * A decision: the verdict, what it is about, each check, and how to fix it.
 * @param {Case} decided
 * @param {Terminal} terminal
 * @returns {string}
 */
export function renderDecision(decided, { width, style }) {
  const { event, rules, answer } = decided;
  const result = resultOf(decided);
  const { format } = VERDICTS[result.decision];
  const kind = [result.event.name, result.event.type].filter(Boolean).join(', ');
  const facts = [
    ['event', kind === '' ? event.label : `${event.label} (${kind})`],
    ['policy', rules.label],
    ...result.api_requests.map((call) => ['request', requestText(call)]),
  ];
  const blocks = [
    [
      `${style('bold', style(format, result.decision.toUpperCase()))}  ${style('bold', escapeLine(result.reason_code))}`,
      ...wrap(sentence(result.reason), width, '  '),
    ],
    facts.flatMap(([name = '', text = '']) => wrap(escapeLine(text), width, `  ${style('cyan', name.padEnd(8))}`)),
    checkLines(result, { width, style }),
  ];
  if (answer.errors.length > 0) {
    const lines = answer.errors.map(({ line, column, message }) => `${rules.label}:${line}:${column}: ${message}`);
    blocks.push(lines.flatMap((line) => wrap(escapeLine(line), width, '  ')));
  }
  if (result.help !== '') blocks.push(wrap(escapeLine(result.help), width, `  ${style('cyan', 'help')}    `));
  return sanitize(blocks.map((lines) => lines.join('\n')).join('\n\n'));
}

/**
 * @param {Result} result
 * @param {Terminal} terminal
 */
function checkLines({ checks }, { width, style }) {
  const rows = checks.map((check) => {
    const step = escapeLine(check.step === 'config' ? 'configuration' : check.step.replaceAll('_', ' '));
    const name = escapeLine(check.check);
    return { ...check, step, check: name === step ? '' : name };
  });
  const steps = Math.max(0, ...rows.map(({ step }) => stringWidth(step)));
  const names = Math.max(0, ...rows.map(({ check }) => stringWidth(check)));
  return rows.flatMap(({ status, step, check, found, expected }) => {
    const { mark, format } = STATUSES[status];
    const styleLine = (/** @type {string} */ text) => (status === 'skip' ? style('dim', text) : text);
    const columns = `${styleLine(pad(step, steps))}  ${styleLine(pad(check, names))}  `;
    const aligned = `  ${style(format, mark)} ${columns}`;
    // If the remaining width is too small, the rest goes below the names.
    const fits = width - stringWidth(aligned) >= MIN_VALUE_WIDTH;
    const [head, start] = fits ? [[], aligned] : [[`  ${style(format, mark)} ${styleLine(name(step, check))}`], '    '];
    const lines = [...head, ...wrap(escapeLine(found), width, start, styleLine)];
    if (expected === '') return lines;
    // The text of a failed check is a clause; otherwise it is a value and needs a label.
    const label = status === 'pass' ? 'expected: ' : '';
    return [...lines, ...wrap(escapeLine(expected), width, `${' '.repeat(stringWidth(start))}${style('dim', label)}`)];
  });
}

/**
 * @param {string} step
 * @param {string} check
 */
function name(step, check) {
  return check === '' ? step : `${step}, ${check}`;
}

/** @param {Result['api_requests'][number]} call */
function requestText({ method, path, status, attempts }) {
  return `${method} ${path}: ${status ?? 'no answer'}${attempts > 1 ? ` (after ${attempts} attempts)` : ''}`;
}

/**
 * The decisions on some events under some policies.
 * @param {Case[][]} cases a row for each event
 * @param {Terminal} terminal
 * @returns {string}
 */
export function renderMatrix(cases, terminal) {
  const { width, style } = terminal;
  const labels = cases[0]?.map(({ rules }) => rules.label) ?? [];
  const shared = cases.every((row) => row.every(({ rules }, column) => rules.label === labels[column]));
  const head = shared ? [['', ...labels.map((label) => style('cyan', escapeLine(label)))]] : [];
  const body = cases.map((row) => [eventLabel(row), ...row.map((decided) => cell(decided, terminal))]);
  const table = formatTable([...head, ...body], width) ?? blocks(cases, terminal).join('\n');
  return sanitize(`${table}\n\n${countVerdicts(cases.flat())}`);
}

/** @param {Case[]} row */
function eventLabel([first]) {
  return escapeLine(first?.event.label ?? '');
}

/**
 * The decisions as a list, if the table is too wide.
 * @param {Case[][]} cases
 * @param {Terminal} terminal
 */
function blocks(cases, terminal) {
  const { width, style } = terminal;
  return cases.map((row) => {
    const labels = row.map(({ rules }) => escapeLine(rules.label));
    const column = Math.max(...labels.map((label) => stringWidth(label)));
    const lines = row.flatMap((decided, index) => {
      const label = labels[index] ?? '';
      if (column <= width / 2) return wrap(cell(decided, terminal), width, `  ${style('cyan', pad(label, column))}  `);
      return [...wrap(style('cyan', label), width, '  '), ...wrap(cell(decided, terminal), width, '    ')];
    });
    return [...wrap(eventLabel(row), width, ''), ...lines].join('\n');
  });
}

/**
 * Which decisions change under the new policy.
 * @param {[Case, Case][]} pairs the baseline and the new decision of each event
 * @param {Terminal} terminal
 * @returns {string}
 */
export function renderChanges(pairs, terminal) {
  const { width, style } = terminal;
  const changed = pairs.filter(([before, after]) => isChange(before, after));
  const [from = '', to = ''] = (pairs[0] ?? []).map(({ rules }) => escapeLine(rules.label));
  const changes = pairs.length === 1 ? 'decision changes' : 'decisions change';
  const count = changed.length === 0 ? 'no decision changes' : `${changed.length} of ${pairs.length} ${changes}`;
  const head = ['', style('cyan', from), '', style('cyan', to)];
  const rows = pairs.map((pair) => {
    const [before, after] = pair;
    const sign = isChange(before, after) ? style('bold', '→') : style('dim', '=');
    return [eventLabel(pair), cell(before, terminal), sign, cell(after, terminal)];
  });
  const table = formatTable([head, ...rows], width) ?? blocks(pairs, terminal).join('\n');
  const reasons = changed.map((pair) => {
    const { reason } = resultOf(pair[1]);
    return [...wrap(style('bold', eventLabel(pair)), width, ''), ...wrap(sentence(reason), width, '  ')].join('\n');
  });
  const title = wrap(style('bold', `${count} from ${from} to ${to}`), width, '').join('\n');
  return sanitize([title, table, ...reasons].join('\n\n'));
}

/**
 * Whether a replayed decision is the same, and what differs.
 * @param {string} label of the evidence
 * @param {import('./core.js').Replay} replay
 * @param {Terminal} terminal
 * @returns {string}
 */
export function renderReplay(label, { result, differences }, { width, style }) {
  /** @type {Result} */
  const { decision, reason_code, reason } = JSON.parse(result);
  const { format } = VERDICTS[decision];
  const now = `${style(format, decision)}, ${escapeLine(reason_code)}`;
  if (differences.length === 0) {
    const head = `${style('bold', style('green', 'SAME'))}  ${escapeLine(label)}: ${now}`;
    return sanitize([...wrap(head, width, ''), ...wrap(sentence(reason), width, '  ')].join('\n'));
  }
  const count = `${differences.length} ${differences.length === 1 ? 'value differs' : 'values differ'}`;
  const blocks = differences.map((difference) =>
    [
      `  ${style('bold', escapeLine(difference.path))}`,
      ...wrap(escapeLine(difference.recorded || 'nothing'), width, `    ${style('cyan', 'recorded')}  `),
      ...wrap(escapeLine(difference.replayed || 'nothing'), width, `    ${style('cyan', 'replayed')}  `),
    ].join('\n'),
  );
  const head = `${style('bold', style('red', 'DIFFERS'))}  ${escapeLine(label)}: now ${now}; ${count}`;
  return sanitize([...wrap(head, width, ''), ...blocks].join('\n'));
}

/**
 * @param {Case} decided
 * @param {Terminal} terminal
 */
function cell(decided, { style }) {
  const { decision, reason_code } = resultOf(decided);
  const { mark, format } = VERDICTS[decision];
  return style(format, `${mark} ${escapeLine(reason_code)}`);
}

/** @param {Case[]} cases */
function countVerdicts(cases) {
  const decisions = cases.map((decided) => resultOf(decided).decision);
  const count = (/** @type {string} */ wanted) => decisions.filter((decision) => decision === wanted).length;
  const errors = count('error') > 0 ? `, ${count('error')} ${count('error') === 1 ? 'error' : 'errors'}` : '';
  return `${count('allow')} allowed, ${count('deny')} denied${errors}`;
}

/**
 * Aligns cells in columns.
 * @param {string[][]} rows
 * @param {number} width
 * @returns {string | undefined} undefined if they do not fit into the width
 */
function formatTable(rows, width) {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => stringWidth(row[column] ?? ''))));
  const gap = '  ';
  if (widths.reduce((sum, column) => sum + column + gap.length, -gap.length) > width) return undefined;
  return rows.map((row) => row.map((text, column) => pad(text, widths[column] ?? 0)).join(gap)).join('\n');
}

/**
 * @param {string} text
 * @param {number} width
 */
function pad(text, width) {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)));
}

/**
 * Wraps a text into lines that are indented like the first.
 * @param {string} text
 * @param {number} width of the whole line
 * @param {string} start of the first line
 * @param {(line: string) => string} [styleLine]
 * @returns {string[]}
 */
function wrap(text, width, start, styleLine = (line) => line) {
  const margin = stringWidth(start);
  // Text in backticks stays on one line if it is short enough.
  const kept = text.replace(/`[^`]{1,40}`/g, (quoted) => quoted.replaceAll(' ', '\u00a0'));
  const lines = wrapAnsi(kept, Math.max(20, width - margin), { hard: true })
    .replaceAll('\u00a0', ' ')
    .split('\n');
  return lines.map((line, index) => (index === 0 ? start : ' '.repeat(margin)) + styleLine(line));
}

/** @param {string} reason */
function sentence(reason) {
  const text = escapeLine(reason);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/**
 * @param {string} text
 * @returns {string} without trailing white space and without lines that a runner takes for commands
 */
function sanitize(text) {
  return text
    .split('\n')
    .map((line) => escapeWorkflowCommands(line.trimEnd()))
    .join('\n');
}
