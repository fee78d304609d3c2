"use strict";
const require_main = require("./main.cjs");
let node_fs = require("node:fs"), node_buffer = require("node:buffer");
// js/cli/input.js
const REASONS = {
	ENOENT: "there is no such file",
	EISDIR: "it is a directory",
	EACCES: "permission denied"
};
function unreadable(error, what) {
	let code = error instanceof Error ? error.code : void 0, reason = (code && REASONS[code]) ?? (error instanceof Error ? error.message : String(error));
	return new require_main.UsageError(`${what} cannot be read: ${reason}`);
}
function readBytes(file, what) {
	try {
		return file === "-" ? readStandardInput() : (0, node_fs.readFileSync)(file);
	} catch (error) {
		throw unreadable(error, what);
	}
}
function readText(file, what) {
	let bytes = readBytes(file, what);
	if (UTF_16.has(byteOrderMark(bytes))) throw new require_main.UsageError(`${what} is UTF-16; save it as UTF-8`);
	if (!(0, node_buffer.isUtf8)(bytes)) throw new require_main.UsageError(`${what} is not UTF-8 text`);
	return bytes.toString();
}
const UTF_16 = new Map([["fffe", "utf-16le"], ["feff", "utf-16be"]]), byteOrderMark = (bytes) => Buffer.from(bytes.subarray(0, 2)).toString("hex");
function readJson(file, what) {
	let bytes = readBytes(file, what), encoding = UTF_16.get(byteOrderMark(bytes));
	return encoding === void 0 ? bytes.subarray(0, 3).equals(Buffer.from("﻿")) ? bytes.subarray(3) : bytes : Buffer.from(new TextDecoder(encoding).decode(bytes));
}
function readStandardInput() {
	let chunks = [];
	for (;;) {
		let chunk = Buffer.alloc(65536);
		try {
			let count = (0, node_fs.readSync)(0, chunk);
			if (count === 0) return Buffer.concat(chunks);
			chunks.push(chunk.subarray(0, count));
		} catch (error) {
			let { code } = error;
			if (code === "EOF") return Buffer.concat(chunks);
			if (code !== "EAGAIN") throw error;
			Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
		}
	}
}
Object.defineProperty(exports, "readJson", {
	enumerable: !0,
	get: function() {
		return readJson;
	}
}), Object.defineProperty(exports, "readText", {
	enumerable: !0,
	get: function() {
		return readText;
	}
}), Object.defineProperty(exports, "unreadable", {
	enumerable: !0,
	get: function() {
		return unreadable;
	}
});
