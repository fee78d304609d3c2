// @ts-check
// Text that somebody else may have written, before it is printed to a terminal or a run's log.

/** Characters that control a terminal, or that nobody sees. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * @param {string} text
 * @returns {string} on one line, without characters that control a terminal or change how other text is shown
 */
export function escapeLine(text) {
  return escapeWorkflowCommands(text.replace(INVISIBLE, escapeCharacter));
}

/**
 * @param {string} line
 * @returns {string} that a runner does not take for a workflow command
 */
export function escapeWorkflowCommands(line) {
  // The runner ignores invisible characters where it looks for a command, so a space separates.
  return line.replace(/^(\s*):(?=:)/, '$1: ').replaceAll('##[', '## [');
}

/**
 * @param {unknown} value
 * @returns {string} JSON that is safe to print: what a terminal or a runner would obey is escaped
 */
export function stringifySafe(value) {
  const unit = (/** @type {string} */ c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value)
    .replace(INVISIBLE, (c) => c.split('').map(unit).join(''))
    .replaceAll('##[', String.raw`\u0023\u0023[`);
}

/** @param {string} c */
function escapeCharacter(c) {
  return `\\u{${c.codePointAt(0)?.toString(16)}}`;
}
