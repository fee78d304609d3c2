"use strict";
const require_judge = require("./cli-judge.cjs"), require_cli = require("./cli.cjs"), require_show = require("./show.cjs"), require_terminal = require("./terminal.cjs");
// js/cli/replay.js
async function run(values, [path, ...more]) {
	if (path === void 0 || more.length > 0) throw new require_cli.Misuse("say which evidence: `dispatch-guard replay EVIDENCE`");
	let bytes = require_cli.readBytes(path, `the evidence \`${path}\``), core = require_judge.openCore(), replay = require_judge.answered(await core.replay(bytes), `\`${path}\``), { width, paint } = require_terminal.terminal(), text = require_show.replayText(path, replay, width, paint);
	return values.json === !0 ? (require_cli.print(replay.result), replay.differences.length > 0 && require_cli.printError(text)) : require_cli.print(text), replay.exit_code;
}
exports.run = run;
