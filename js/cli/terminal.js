// @ts-check
// Where people read: how wide it is and whether it has colours.

import { fstatSync } from 'node:fs';
import { createRequire } from 'node:module';

/** The most columns that a line takes, however wide the terminal is. */
const WIDEST = 100;
/** The fewest columns that texts are wrapped to. */
const NARROWEST = 40;

/** @typedef {'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'} Style */
/** @typedef {(style: Style, text: string) => string} Paint */

const STYLES = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39], cyan: [36, 39] };

/**
 * Loaded for a terminal only: with the sockets that it brings along it takes Node a tenth of its start.
 * @returns {typeof import('node:tty')}
 */
const tty = () => createRequire(import.meta.url)('node:tty');

/**
 * @param {NodeJS.ProcessEnv} [environment]
 * @returns {{ width: number, paint: Paint }}
 */
export function terminal(environment = process.env) {
  const isTerminal = mayBeTerminal() && tty().isatty(1);
  const columns = (isTerminal && process.stdout.columns) || WIDEST;
  // Node's own rules for NO_COLOR, TERM and the like; FORCE_COLOR stands for a terminal.
  const asked = isTerminal || environment.FORCE_COLOR !== undefined;
  const colours = asked && tty().WriteStream.prototype.getColorDepth(environment) > 1;
  return {
    width: Math.max(NARROWEST, Math.min(columns, WIDEST)),
    paint(style, text) {
      const [on, off] = STYLES[style];
      return colours && text !== '' ? `\u001b[${on}m${text}\u001b[${off}m` : text;
    },
  };
}

/** Spares most pipes and files the loading of `node:tty`. */
function mayBeTerminal() {
  try {
    return fstatSync(1).isCharacterDevice();
  } catch {
    // A closed output has no status, and neither has every console of Windows.
    return true;
  }
}
