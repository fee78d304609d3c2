// @ts-check

import { answered, openCore } from './judge.js';
import { Misuse, readBytes } from './misuse.js';
import { replayText } from './show.js';
import { print, printError } from './print.js';
import { terminal } from './terminal.js';

/** @type {import('./commands.js').Run} */
export async function run(values, [path, ...more]) {
  if (path === undefined || more.length > 0) throw new Misuse('say which evidence: `dispatch-guard replay EVIDENCE`');
  const bytes = readBytes(path, `the evidence \`${path}\``);
  const core = openCore();
  /** @type {import('./judge.js').Replay} */
  const replay = answered(await core.replay(bytes), `\`${path}\``);
  const { width, paint } = terminal();
  const text = replayText(path, replay, width, paint);
  if (values.json !== true) print(text);
  else {
    print(replay.result);
    if (replay.differences.length > 0) printError(text);
  }
  return replay.exit_code;
}
