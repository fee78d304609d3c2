// @ts-check

import { loadCore, unwrap } from './core.js';
import { readJson } from './input.js';
import { print, printError } from './print.js';
import { renderReplay } from './render.js';
import { terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

/** @type {import('./commands.js').Run} */
export async function run(values, paths) {
  if (paths.length === 0) throw new UsageError('name an evidence file: `dispatch-guard replay EVIDENCE…`');
  const core = loadCore();
  let status = 0;
  for (const path of paths) {
    const bytes = readJson(path, `the evidence \`${path}\``);
    /** @type {import('./core.js').Replay} */
    const replay = unwrap(await core.replay(bytes), `\`${path}\``);
    const text = renderReplay(path, replay, terminal());
    if (values.json !== true) print(text);
    else {
      print(replay.result);
      if (replay.differences.length > 0) printError(text);
    }
    status = Math.max(status, replay.exit_code);
  }
  return status;
}
