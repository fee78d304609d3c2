"use strict";
const require_core = require("./core.cjs"), require_cli = require("./cli.cjs");
let node_fs = require("node:fs"), node_path = require("node:path");
// js/cli/judge.js
function openCore() {
	return require_core.initSync({ module: (0, node_fs.readFileSync)((0, node_path.join)(__dirname, require_core.WASM_FILE)) }), {
		check: require_core.check,
		lint: require_core.lint,
		recordedDecision: require_core.recordedDecision,
		replay: require_core.replay,
		suggestion: require_core.suggestion,
		vocabulary: require_core.vocabulary
	};
}
function answered(answer, about) {
	if (typeof answer == "object" && answer && "misuse" in answer) throw new require_cli.Misuse(about === void 0 ? answer.misuse : `${about}: ${answer.misuse}`);
	return answer;
}
exports.answered = answered, exports.openCore = openCore;
