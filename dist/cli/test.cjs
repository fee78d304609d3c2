"use strict";
const require_host = require("./host.cjs"), require_core = require("./core.cjs"), require_main = require("./main.cjs"), require_input = require("./input.cjs"), require_repository = require("./repository.cjs");
let node_fs = require("node:fs"), node_path = require("node:path");
// js/cli/test.js
const DEFAULT_TEST_FILE = ".github/dispatch-guard.test.yml";
async function run(values, names) {
	let core = require_core.loadCore(), root = require_repository.findRoot(), format = values.format === void 0 ? values.json === !0 ? "json" : "text" : String(values.format), files = names.length > 0 ? names.map((name) => (0, node_path.resolve)(name)) : [(0, node_path.resolve)(root, DEFAULT_TEST_FILE)];
	if (names.length === 0 && !(0, node_fs.existsSync)(files[0] ?? "")) throw new require_main.UsageError(`there is no \`${DEFAULT_TEST_FILE}\`; name a test file, or write one with \`init\``);
	if (format === "json" && files.length > 1) throw new require_main.UsageError("`--json` takes one test file");
	let host = require_host.createHost({
		mask() {},
		progress() {},
		interimOutputs() {},
		redact: (text) => text
	}), status = 0;
	for (let file of files) {
		let path = require_repository.pathInRepository(root, file), text = require_input.readText(file, `the test file \`${path}\``), response = require_core.unwrap(await core.runTests({
			path,
			text,
			format
		}, require_repository.repositoryFiles(root), host));
		require_main.print(response.output.split("\n").map(require_main.escapeLine).join("\n")), status = Math.max(status, response.exit_code);
	}
	return status;
}
exports.DEFAULT_TEST_FILE = DEFAULT_TEST_FILE, exports.run = run;
