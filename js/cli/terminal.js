// @ts-check
// Where people read: how wide it is and whether it has colours.

import { fstatSync } from 'node:fs';
import { createRequire } from 'node:module';
import { styleText } from 'node:util';

/** The most columns that a line takes, however wide the terminal is. */
const MAX_WIDTH = 100;
/** The fewest columns that texts are wrapped to. */
const MIN_WIDTH = 40;

/** @typedef {'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'} Format */
/** @typedef {{ width: number, style: (format: Format, text: string) => string }} Terminal */

/**
 * Loaded for a terminal only: with the sockets that it loads it costs a tenth of Node's start.
 * @returns {typeof import('node:tty')}
 */
const tty = () => createRequire(import.meta.url)('node:tty');

/**
 * @param {NodeJS.ProcessEnv} [environment]
 * @returns {Terminal}
 */
export function terminal(environment = process.env) {
  const isTerminal = mayBeTerminal() && tty().isatty(1);
  const columns = (isTerminal && process.stdout.columns) || MAX_WIDTH;
  // FORCE_COLOR counts as a terminal; NO_COLOR, TERM and the like follow Node's own rules.
  const asTerminal = isTerminal || environment.FORCE_COLOR !== undefined;
  const hasColors = asTerminal && tty().WriteStream.prototype.getColorDepth(environment) > 1;
  return {
    width: Math.max(MIN_WIDTH, Math.min(columns, MAX_WIDTH)),
    style: (format, text) => (hasColors && text !== '' ? styleText(format, text, { validateStream: false }) : text),
  };
}

/** Spares most pipes and files the loading of `node:tty`. */
function mayBeTerminal() {
  try {
    return fstatSync(1).isCharacterDevice();
  } catch {
    // A closed output has no status, and neither do all consoles of Windows.
    return true;
  }
}
