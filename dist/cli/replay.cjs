"use strict";
const require_core = require("./core.cjs"), require_input = require("./input.cjs"), require_main = require("./main.cjs"), require_render = require("./render.cjs"), require_terminal = require("./terminal.cjs");
// js/cli/replay.js
async function run(values, paths) {
	if (paths.length === 0) throw new require_main.UsageError("name an evidence file: `dispatch-guard replay EVIDENCE…`");
	let core = require_core.loadCore(), status = 0;
	for (let path of paths) {
		let bytes = require_input.readJson(path, `the evidence \`${path}\``), replay = require_core.unwrap(await core.replay(bytes), `\`${path}\``), text = require_render.renderReplay(path, replay, require_terminal.terminal());
		values.json === !0 ? (require_main.print(replay.result), replay.differences.length > 0 && require_main.printError(text)) : require_main.print(text), status = Math.max(status, replay.exit_code);
	}
	return status;
}
exports.run = run;
