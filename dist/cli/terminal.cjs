"use strict";
let node_fs = require("node:fs"), node_util = require("node:util"), node_module = require("node:module");
// js/cli/terminal.js
const tty = () => (0, node_module.createRequire)(require("url").pathToFileURL(__filename).href)("node:tty");
function terminal(environment = process.env) {
	let isTerminal = mayBeTerminal() && tty().isatty(1), columns = isTerminal && process.stdout.columns || 100, hasColors = (isTerminal || environment.FORCE_COLOR !== void 0) && tty().WriteStream.prototype.getColorDepth(environment) > 1;
	return {
		width: Math.max(40, Math.min(columns, 100)),
		style: (format, text) => hasColors && text !== "" ? (0, node_util.styleText)(format, text, { validateStream: !1 }) : text
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
