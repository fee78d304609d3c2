"use strict";
let node_fs = require("node:fs"), node_module = require("node:module");
// js/cli/terminal.js
const STYLES = {
	bold: [1, 22],
	dim: [2, 22],
	red: [31, 39],
	green: [32, 39],
	yellow: [33, 39],
	cyan: [36, 39]
}, tty = () => (0, node_module.createRequire)(require("url").pathToFileURL(__filename).href)("node:tty");
function terminal(environment = process.env) {
	let isTerminal = mayBeTerminal() && tty().isatty(1), columns = isTerminal && process.stdout.columns || 100, colours = (isTerminal || environment.FORCE_COLOR !== void 0) && tty().WriteStream.prototype.getColorDepth(environment) > 1;
	return {
		width: Math.max(40, Math.min(columns, 100)),
		paint(style, text) {
			let [on, off] = STYLES[style];
			return colours && text !== "" ? `\u001b[${on}m${text}\u001b[${off}m` : text;
		}
	};
}
function mayBeTerminal() {
	try {
		return (0, node_fs.fstatSync)(1).isCharacterDevice();
	} catch {
		return !0;
	}
}
Object.defineProperty(exports, "terminal", {
	enumerable: !0,
	get: function() {
		return terminal;
	}
});
