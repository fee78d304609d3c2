// @ts-check
// Decisions as people read them. Every judgement and every word about it is the core's; this lays them out.

import stringWidth from 'fast-string-width';
import { wrapAnsi } from 'fast-wrap-ansi';
import { disarmed, oneLine } from './text.js';

/** @typedef {import('./terminal.js').Paint} Paint */
/** @typedef {import('./terminal.js').Style} Style */

/**
 * One decision: an event under one set of rules.
 * @typedef {object} Case
 * @property {import('./events.js').Source} event
 * @property {import('./events.js').Rules} rules
 * @property {import('./judge.js').Answer} answer
 */

/**
 * The output `result`, as far as it is shown.
 * @typedef {object} Result
 * @property {'allow' | 'deny' | 'error'} decision
 * @property {string} reason_code
 * @property {string} reason
 * @property {string} mend
 * @property {{ name: string, type: string }} event
 * @property {{ step: string, check: string, status: 'pass' | 'fail' | 'skip', found: string, allowed: string }[]} checks
 * @property {{ method: string, path: string, status: number | null, tries: number }[]} api_requests
 */

/** @type {Record<Result['decision'], { mark: string, style: Style }>} */
const VERDICTS = {
  allow: { mark: '✓', style: 'green' },
  deny: { mark: '✗', style: 'red' },
  error: { mark: '!', style: 'yellow' },
};

/** @type {Record<Result['checks'][number]['status'], { mark: string, style: Style }>} */
const STATUSES = {
  pass: { mark: '✓', style: 'green' },
  fail: { mark: '✗', style: 'red' },
  skip: { mark: '-', style: 'dim' },
};

/** The fewest columns in which what was found is shown beside the check's name. */
const NARROWEST_COLUMN = 48;

/**
 * @param {Case} decided
 * @returns {Result}
 */
function resultOf({ answer }) {
  return JSON.parse(answer.result);
}

/**
 * Whether the answer is another: a new reason for the same answer is a change, too.
 * @param {Case} before
 * @param {Case} after
 */
export function isChange(before, after) {
  const [old, now] = [resultOf(before), resultOf(after)];
  return old.decision !== now.decision || old.reason_code !== now.reason_code;
}

/**
 * A decision: the answer, what it is about, each check, and how to mend it.
 * @param {Case} decided
 * @param {number} width in columns
 * @param {Paint} paint
 * @returns {string}
 */
export function decisionText(decided, width, paint) {
  const { event, rules, answer } = decided;
  const result = resultOf(decided);
  const { style } = VERDICTS[result.decision];
  const kind = [result.event.name, result.event.type].filter(Boolean).join(', ');
  const facts = [
    ['event', kind === '' ? event.label : `${event.label} (${kind})`],
    ['policy', rules.label],
    ...result.api_requests.map((call) => ['asked', requestText(call)]),
  ];
  const blocks = [
    [
      `${paint('bold', paint(style, result.decision.toUpperCase()))}  ${paint('bold', oneLine(result.reason_code))}`,
      ...fold(sentence(result.reason), width, '  '),
    ],
    facts.flatMap(([name = '', text = '']) => fold(oneLine(text), width, `  ${paint('cyan', name.padEnd(8))}`)),
    checkLines(result, width, paint),
  ];
  if (answer.errors.length > 0) {
    const lines = answer.errors.map(({ line, column, message }) => `${rules.label}:${line}:${column}: ${message}`);
    blocks.push(lines.flatMap((line) => fold(oneLine(line), width, '  ')));
  }
  if (result.mend !== '') blocks.push(fold(oneLine(result.mend), width, `  ${paint('cyan', 'mend')}    `));
  return finish(blocks.map((lines) => lines.join('\n')).join('\n\n'));
}

/**
 * @param {Result} result
 * @param {number} width
 * @param {Paint} paint
 */
function checkLines({ checks }, width, paint) {
  const rows = checks.map((check) => {
    const step = oneLine(check.step === 'config' ? 'configuration' : check.step.replaceAll('_', ' '));
    const name = oneLine(check.check);
    return { ...check, step, check: name === step ? '' : name };
  });
  const steps = Math.max(0, ...rows.map(({ step }) => stringWidth(step)));
  const names = Math.max(0, ...rows.map(({ check }) => stringWidth(check)));
  return rows.flatMap(({ status, step, check, found, allowed }) => {
    const { mark, style } = STATUSES[status];
    const tone = (/** @type {string} */ text) => (status === 'skip' ? paint('dim', text) : text);
    const columns = `${tone(pad(step, steps))}  ${tone(pad(check, names))}  `;
    const aligned = `  ${paint(style, mark)} ${columns}`;
    // Where too little is left beside the names, the rest goes below them.
    const fits = width - stringWidth(aligned) >= NARROWEST_COLUMN;
    const [head, start] = fits ? [[], aligned] : [[`  ${paint(style, mark)} ${tone(name(step, check))}`], '    '];
    const lines = [...head, ...fold(oneLine(found), width, start, tone)];
    if (allowed === '') return lines;
    // What does not hold is said in clauses, the rest in values.
    const label = status === 'pass' ? 'allowed: ' : '';
    return [...lines, ...fold(oneLine(allowed), width, `${' '.repeat(stringWidth(start))}${paint('dim', label)}`)];
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
function requestText({ method, path, status, tries }) {
  return `${method} ${path}: ${status ?? 'no answer'}${tries > 1 ? ` (after ${tries} tries)` : ''}`;
}

/**
 * The decisions on some events under some policies.
 * @param {Case[][]} cases a row for each event
 * @param {number} width in columns
 * @param {Paint} paint
 * @returns {string}
 */
export function matrixText(cases, width, paint) {
  const labels = cases[0]?.map(({ rules }) => rules.label) ?? [];
  const shared = cases.every((row) => row.every(({ rules }, column) => rules.label === labels[column]));
  const head = shared ? [['', ...labels.map((label) => paint('cyan', oneLine(label)))]] : [];
  const body = cases.map((row) => [eventLabel(row), ...row.map((decided) => cell(decided, paint))]);
  const table = grid([...head, ...body], width) ?? blocks(cases, width, paint).join('\n');
  return finish(`${table}\n\n${tally(cases.flat())}`);
}

/** @param {Case[]} row */
function eventLabel([first]) {
  return oneLine(first?.event.label ?? '');
}

/**
 * The decisions below each other, for a table that is too wide.
 * @param {Case[][]} cases
 * @param {number} width
 * @param {Paint} paint
 */
function blocks(cases, width, paint) {
  return cases.map((row) => {
    const labels = row.map(({ rules }) => oneLine(rules.label));
    const column = Math.max(...labels.map((label) => stringWidth(label)));
    const lines = row.flatMap((decided, index) => {
      const label = labels[index] ?? '';
      if (column <= width / 2) return fold(cell(decided, paint), width, `  ${paint('cyan', pad(label, column))}  `);
      return [...fold(paint('cyan', label), width, '  '), ...fold(cell(decided, paint), width, '    ')];
    });
    return [...fold(eventLabel(row), width, ''), ...lines].join('\n');
  });
}

/**
 * Which decisions are others under the new policy.
 * @param {[Case, Case][]} pairs the old decision and the new one of each event
 * @param {number} width in columns
 * @param {Paint} paint
 * @returns {string}
 */
export function changesText(pairs, width, paint) {
  const changed = pairs.filter(([before, after]) => isChange(before, after));
  const [from = '', to = ''] = (pairs[0] ?? []).map(({ rules }) => oneLine(rules.label));
  const changes = pairs.length === 1 ? 'decision changes' : 'decisions change';
  const count = changed.length === 0 ? 'no decision changes' : `${changed.length} of ${pairs.length} ${changes}`;
  const head = ['', paint('cyan', from), '', paint('cyan', to)];
  const rows = pairs.map((pair) => {
    const [before, after] = pair;
    const sign = isChange(before, after) ? paint('bold', '→') : paint('dim', '=');
    return [eventLabel(pair), cell(before, paint), sign, cell(after, paint)];
  });
  const table = grid([head, ...rows], width) ?? blocks(pairs, width, paint).join('\n');
  const reasons = changed.map((pair) => {
    const { reason } = resultOf(pair[1]);
    return [...fold(paint('bold', eventLabel(pair)), width, ''), ...fold(sentence(reason), width, '  ')].join('\n');
  });
  const title = fold(paint('bold', `${count} from ${from} to ${to}`), width, '').join('\n');
  return finish([title, table, ...reasons].join('\n\n'));
}

/**
 * Whether a decision is the same again, or what differs.
 * @param {string} label of the evidence
 * @param {import('./judge.js').Replay} replay
 * @param {number} width in columns
 * @param {Paint} paint
 * @returns {string}
 */
export function replayText(label, { result, differences }, width, paint) {
  /** @type {Result} */
  const { decision, reason_code, reason } = JSON.parse(result);
  const { style } = VERDICTS[decision];
  const now = `${paint(style, decision)}, ${oneLine(reason_code)}`;
  if (differences.length === 0) {
    const head = `${paint('bold', paint('green', 'SAME'))}  ${oneLine(label)}: ${now}`;
    return finish([...fold(head, width, ''), ...fold(sentence(reason), width, '  ')].join('\n'));
  }
  const count = `${differences.length} ${differences.length === 1 ? 'value is' : 'values are'} not as recorded`;
  const blocks = differences.map((difference) =>
    [
      `  ${paint('bold', oneLine(difference.path))}`,
      ...fold(oneLine(difference.then || 'nothing'), width, `    ${paint('cyan', 'then')}  `),
      ...fold(oneLine(difference.now || 'nothing'), width, `    ${paint('cyan', 'now ')}  `),
    ].join('\n'),
  );
  const head = `${paint('bold', paint('red', 'DIFFERS'))}  ${oneLine(label)}: now ${now}; ${count}`;
  return finish([...fold(head, width, ''), ...blocks].join('\n'));
}

/**
 * @param {Case} decided
 * @param {Paint} paint
 */
function cell(decided, paint) {
  const { decision, reason_code } = resultOf(decided);
  const { mark, style } = VERDICTS[decision];
  return paint(style, `${mark} ${oneLine(reason_code)}`);
}

/** @param {Case[]} cases */
function tally(cases) {
  const decisions = cases.map((decided) => resultOf(decided).decision);
  const count = (/** @type {string} */ wanted) => decisions.filter((decision) => decision === wanted).length;
  const errors = count('error') > 0 ? `, ${count('error')} ${count('error') === 1 ? 'error' : 'errors'}` : '';
  return `${count('allow')} allowed, ${count('deny')} denied${errors}`;
}

/**
 * Cells in columns.
 * @param {string[][]} rows
 * @param {number} width
 * @returns {string | undefined} nothing if they do not fit side by side
 */
function grid(rows, width) {
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
 * Breaks a text into lines that start below each other.
 * @param {string} text
 * @param {number} width of the whole line
 * @param {string} start of the first line
 * @param {(line: string) => string} [tone]
 * @returns {string[]}
 */
function fold(text, width, start, tone = (line) => line) {
  const margin = stringWidth(start);
  // What stands in backticks stays on one line if it is short enough.
  const kept = text.replace(/`[^`]{1,40}`/g, (quoted) => quoted.replaceAll(' ', '\u00a0'));
  const lines = wrapAnsi(kept, Math.max(20, width - margin), { hard: true })
    .replaceAll('\u00a0', ' ')
    .split('\n');
  return lines.map((line, index) => (index === 0 ? start : ' '.repeat(margin)) + tone(line));
}

/** @param {string} reason */
function sentence(reason) {
  const text = oneLine(reason);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/**
 * @param {string} text
 * @returns {string} without white space at the ends of lines, and without lines that a runner takes for commands
 */
function finish(text) {
  return text
    .split('\n')
    .map((line) => disarmed(line.trimEnd()))
    .join('\n');
}
