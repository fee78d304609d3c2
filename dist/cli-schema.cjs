"use strict";
const require_cli = require("./cli.cjs");
let node_fs = require("node:fs");
// js/cli/schema.js
const NAMES = ["policy", "result"];
function run(_values, [name, ...more]) {
	if (name === void 0 || more.length > 0 || !NAMES.includes(name)) throw new require_cli.Misuse(`say which schema: ${NAMES.map((known) => `\`${known}\``).join(" or ")}`);
	try {
		return require_cli.print((0, node_fs.readFileSync)(new URL(`../schema/${name}.schema.json`, require("url").pathToFileURL(__filename).href), "utf8").trimEnd());
	} catch (error) {
		throw require_cli.unreadable(error, `the schema \`${name}\``);
	}
}
exports.run = run;
