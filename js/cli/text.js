// @ts-check
// Text that somebody else may have written, on its way to a terminal or a run's log.

/**
 * @param {string} text
 * @returns {string} on one line, without characters that act on a terminal or change how the text around them is shown
 */
export function oneLine(text) {
  return disarmed(text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escaped));
}

/**
 * @param {string} line
 * @returns {string} that a runner cannot take for a workflow command
 */
export function disarmed(line) {
  return line.replace(/^(\s*)::/, '$1\u2060::').replaceAll('##[', '#\u2060#[');
}

/**
 * @param {unknown} value
 * @returns {string} as JSON that is safe to print: what acts on a terminal or a runner is written as an escape
 */
export function json(value) {
  const unit = (/** @type {string} */ letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (letter) => letter.split('').map(unit).join(''))
    .replaceAll('##[', String.raw`\u0023\u0023[`);
}

/** @param {string} letter */
function escaped(letter) {
  return `\\u{${letter.codePointAt(0)?.toString(16)}}`;
}
