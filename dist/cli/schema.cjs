"use strict";
const require_input = require("./input.cjs"), require_main = require("./main.cjs");
let node_fs = require("node:fs");
// js/cli/schema.js
const NAMES = [
	"policy",
	"result",
	"test"
];
function run(_values, [name, ...more]) {
	if (name === void 0 || more.length > 0 || !NAMES.includes(name)) throw new require_main.UsageError("name one schema: `policy`, `result` or `test`");
	try {
		return require_main.print((0, node_fs.readFileSync)(new URL(`../../schema/${name}.schema.json`, require("url").pathToFileURL(__filename).href), "utf8").trimEnd());
	} catch (error) {
		throw require_input.unreadable(error, `the schema \`${name}\``);
	}
}
exports.run = run;
