"use strict";
const require_core = require("./core.cjs"), require_main = require("./main.cjs"), require_input = require("./input.cjs"), require_repository = require("./repository.cjs");
let node_path = require("node:path");
// js/cli/lint.js
async function run(values, names) {
	let core = require_core.loadCore(), root = require_repository.findRoot(), read = require_repository.repositoryFiles(root), isWhole = names.length === 0, files = isWhole ? workflows(root) : named(names, root), format = values.format === void 0 ? values.json === !0 ? "json" : "text" : String(values.format), { output, exit_code: status } = require_core.unwrap(core.lint({
		files,
		with_policies: isWhole,
		format
	}, read));
	return output !== "" && require_main.print(format === "github" ? output : output.split("\n").map(require_main.escapeLine).join("\n")), status;
}
function named(names, root) {
	return names.map((name) => ({
		path: name === "-" ? "<stdin>" : require_repository.pathInRepository(root, name),
		text: require_input.readText(name === "-" ? name : (0, node_path.resolve)(name), `the file \`${name}\``)
	}));
}
function workflows(root) {
	let paths = require_repository.workflowFiles(root);
	if (paths.length === 0) throw new require_main.UsageError(`there is no workflow in \`${require_repository.WORKFLOWS}\`; name a file`);
	return paths.map((path) => ({
		path,
		text: require_input.readText((0, node_path.resolve)(root, path), `the workflow \`${path}\``)
	}));
}
exports.run = run;
