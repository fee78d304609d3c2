"use strict";
const require_core = require("./core.cjs"), require_main = require("./main.cjs"), require_input = require("./input.cjs"), require_repository = require("./repository.cjs"), require_test = require("./test.cjs");
let node_fs = require("node:fs"), node_path = require("node:path");
// js/cli/init.js
async function run(values, [pattern, ...more]) {
	if (pattern === void 0 || more.length > 0) throw new require_main.UsageError("name one pattern: `dispatch`, `cascade`, `label`, `command` or `workflow-run`");
	let core = require_core.loadCore(), root = require_repository.findRoot(), workflows = require_repository.workflowFiles(root).map((path) => ({
		path,
		text: require_input.readText((0, node_path.join)(root, path), `the workflow \`${path}\``)
	})), request = {
		pattern,
		branch: values.branch === void 0 ? "" : String(values.branch),
		default_branch: defaultBranch(root),
		source: values.source === void 0 ? "" : require_repository.pathInRepository(root, String(values.source)),
		workflows,
		existing: (0, node_fs.existsSync)((0, node_path.join)(root, ".github/dispatch-guard.test.yml")) && values.force !== !0 ? [require_test.DEFAULT_TEST_FILE] : []
	}, { files } = require_core.unwrap(core.init(request)), existing = files.filter(({ path }) => (0, node_fs.existsSync)((0, node_path.join)(root, path))).map(({ path }) => `\`${path}\``);
	if (existing.length > 0 && values.force !== !0) throw new require_main.UsageError(`${existing.join(", ")} exists; \`--force\` overwrites it`);
	for (let { path, text } of files) write((0, node_path.resolve)(root, path), text), require_main.print(require_main.escapeLine(`wrote ${path}`));
	let missing = [...new Set(files.flatMap(({ text }) => text.match(/\.\/ci\/[\w-]+/g) ?? []))].filter((script) => !(0, node_fs.existsSync)((0, node_path.join)(root, script))).sort();
	missing.length > 0 && require_main.print(`yours to write: ${missing.join(", ")}`);
	let test = files.find(({ path }) => path.endsWith(".test.yml"))?.path;
	return require_main.print(`next: dispatch-guard lint && dispatch-guard test ${test}`);
}
function write(file, text) {
	try {
		(0, node_fs.mkdirSync)((0, node_path.dirname)(file), { recursive: !0 }), (0, node_fs.writeFileSync)(file, text);
	} catch (error) {
		throw new require_main.UsageError(`the file \`${file}\` cannot be written: ${error instanceof Error ? error.message : error}`);
	}
}
function defaultBranch(root) {
	let git = (0, node_path.join)(root, ".git");
	git = (0, node_path.resolve)(root, /^gitdir: (.+)$/m.exec(read(git))?.[1] ?? git);
	let common = (0, node_path.resolve)(git, read((0, node_path.join)(git, "commondir")).trim()), [, remote] = /^ref: refs\/remotes\/origin\/(.+)$/m.exec(read((0, node_path.join)(common, "refs/remotes/origin/HEAD"))) ?? [];
	if (remote !== void 0) return remote;
	let packed = read((0, node_path.join)(common, "packed-refs")).split("\n"), exists = (ref) => (0, node_fs.existsSync)((0, node_path.join)(common, ref)) || packed.some((line) => line.endsWith(` ${ref}`));
	return ["main", "master"].find((name) => exists(`refs/heads/${name}`) || exists(`refs/remotes/origin/${name}`)) ?? /^ref: refs\/heads\/(.+)$/m.exec(read((0, node_path.join)(git, "HEAD")))?.[1] ?? "";
}
function read(file) {
	try {
		return (0, node_fs.readFileSync)(file, "utf8");
	} catch {
		return "";
	}
}
exports.run = run;
