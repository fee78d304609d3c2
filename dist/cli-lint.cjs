"use strict";
const require_action = require("./action.cjs"), require_judge = require("./cli-judge.cjs"), require_cli = require("./cli.cjs");
let node_path = require("node:path");
// js/cli/lint.js
async function run(_values, files) {
	if (files.length === 0) throw new require_cli.Misuse("say which policy: `dispatch-guard lint POLICY…`");
	let core = require_judge.openCore(), onRunner = process.env.GITHUB_ACTIONS === "true", sound = !0;
	for (let file of files) {
		let shown = file === "-" ? "<stdin>" : file, policy = read(file);
		if (policy instanceof require_cli.Misuse) {
			sound = !1, require_cli.printError(require_cli.oneLine(`dispatch-guard: ${policy.message}`));
			continue;
		}
		let errors = core.lint(policy);
		for (let { line, column, message } of errors) if (require_cli.print(require_cli.oneLine(`${shown}:${line}:${column}: ${message}`)), onRunner && file !== "-") {
			let path = inRepository(file);
			require_action.error(message, {
				title: "dispatch-guard",
				file: path,
				startLine: line,
				startColumn: column
			});
		}
		errors.length === 0 ? require_cli.print(require_cli.oneLine(`${shown}: no error`)) : sound = !1;
	}
	return sound ? 0 : 2;
}
function inRepository(file) {
	let workspace = process.env.GITHUB_WORKSPACE, path = workspace ? (0, node_path.relative)(workspace, (0, node_path.resolve)(file)) : file;
	return (path.startsWith("..") ? file : path).replaceAll(node_path.sep, "/");
}
function read(file) {
	try {
		return require_cli.readBytes(file, `the policy \`${file}\``);
	} catch (error) {
		if (error instanceof require_cli.Misuse) return error;
		throw error;
	}
}
exports.run = run;
