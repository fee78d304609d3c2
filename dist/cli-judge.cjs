"use strict";
const require_action = require("./action.cjs"), require_cli = require("./cli.cjs");
let node_fs = require("node:fs"), node_path = require("node:path");
// js/cli/judge.js
function openCore() {
	return require_action.initSync({ module: (0, node_fs.readFileSync)((0, node_path.join)(__dirname, require_action.WASM_FILE)) }), {
		check: async (...args) => JSON.parse(await require_action.check(...args)),
		lint: (policy) => JSON.parse(require_action.lint(policy)),
		recordedDecision: (evidence) => JSON.parse(require_action.recordedDecision(evidence)),
		replay: async (evidence) => JSON.parse(await require_action.replay(evidence)),
		suggestion: require_action.suggestion,
		vocabulary: () => JSON.parse(require_action.vocabulary())
	};
}
function answered(answer, about) {
	if (typeof answer == "object" && answer && "misuse" in answer) throw new require_cli.Misuse(about === void 0 ? answer.misuse : `${about}: ${answer.misuse}`);
	return answer;
}
exports.answered = answered, exports.openCore = openCore;
