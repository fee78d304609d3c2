#!/usr/bin/env node
"use strict";
Object.defineProperty(exports, Symbol.toStringTag, { value: "Module" });
let node_fs = require("node:fs"), node_path = require("node:path"), node_util = require("node:util");
// js/cli/misuse.js
var Misuse = class Misuse extends Error {
	static async unknown(message, word, known) {
		let { openCore } = await Promise.resolve().then(() => require("./cli-judge.cjs")), core = openCore();
		return new Misuse(`${message}${core.suggestion(word, known.join("\n"))}`);
	}
};
function unreadable(error, what) {
	let code = error instanceof Error ? error.code : void 0;
	return new Misuse(`${what} cannot be read: ${(code && {
		ENOENT: "there is no such file",
		EISDIR: "it is a folder",
		EACCES: "permission denied"
	}[code]) ?? (error instanceof Error ? error.message : String(error))}`);
}
function readBytes(file, what) {
	try {
		return file === "-" ? readStandardInput() : (0, node_fs.readFileSync)(file);
	} catch (error) {
		throw unreadable(error, what);
	}
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
// js/cli/arguments.js
async function readArguments(command, words) {
	let options = { help: {
		type: "boolean",
		short: "h"
	} };
	for (let { name, value, multiple = !1 } of command.options) options[name] = {
		type: value === void 0 ? "boolean" : "string",
		multiple
	};
	let known = Object.keys(options).map((name) => `--${name}`), { values, positionals, tokens } = (0, node_util.parseArgs)({
		args: words,
		options,
		allowPositionals: !0,
		strict: !1,
		tokens: !0
	}), seen = new Set();
	for (let token of tokens) {
		if (token.kind !== "option") continue;
		let { name, rawName, value } = token, option = Object.hasOwn(options, name) ? options[name] : void 0;
		if (option === void 0) throw await Misuse.unknown(`there is no option \`${rawName}\``, rawName, known);
		if (option.type === "boolean" && value !== void 0) throw new Misuse(`\`${rawName}\` takes no value`);
		let forgotten = value === void 0 || !token.inlineValue && value.length > 1 && value.startsWith("-");
		if (option.type === "string" && forgotten) throw new Misuse(`\`${rawName}\` needs a value`);
		if (option.type === "string" && value === "") throw new Misuse(`the value of \`${rawName}\` is empty`);
		if (!option.multiple && seen.has(name)) throw new Misuse(`\`${rawName}\` is given twice`);
		seen.add(name);
	}
	return {
		values,
		positionals
	};
}
// js/cli/commands.js
const JSON_OPTION = {
	name: "json",
	help: "print JSON for programs instead of text for people"
}, COMMANDS = {
	check: {
		summary: "decide on an event as the guard would, without a run",
		usage: ["dispatch-guard check --event FILE --event-name NAME (--policy FILE | --flat NAME=VALUE…)", "dispatch-guard check --policy NEW --against OLD EVENT…"],
		about: ["Nothing is sent to GitHub, and nothing is asked of it but with `--api-url`. Every event is a file with the webhook payload, evidence that a guard recorded (`evidence-file`), a sample that comes with dispatch-guard, or an example of @octokit/webhooks-examples where that package is installed (`pull_request.opened`).", "With several events or policies a table of the decisions is printed; with `--against`, what changes."],
		options: [
			{
				name: "event",
				value: "[NAME=]EVENT",
				multiple: !0,
				completes: "samples",
				help: "the event, as are the arguments that are no options; `pull_request=FILE` says which event the file holds"
			},
			{
				name: "event-name",
				value: "NAME",
				completes: "events",
				help: "which event the files hold (GITHUB_EVENT_NAME)"
			},
			{
				name: "policy",
				value: "FILE",
				multiple: !0,
				completes: "files",
				help: "the policy; `-` reads standard input"
			},
			{
				name: "flat",
				value: "NAME=VALUE…",
				multiple: !0,
				completes: "flat",
				help: "a flat input of the guard's instead of a policy; more may follow, and what is given twice is a list"
			},
			{
				name: "against",
				value: "OLD",
				completes: "files",
				help: "the policy to compare with, or `recorded` for the decisions that stand in the evidence"
			},
			{
				name: "repository",
				value: "OWNER/NAME[:ID]",
				help: "the run's repository; that of the event unless given"
			},
			{
				name: "actor",
				value: "LOGIN[:ID]",
				help: "who triggered the event; the event's sender unless given"
			},
			{
				name: "triggering-actor",
				value: "LOGIN",
				help: "who started this attempt; the actor unless given"
			},
			{
				name: "run-id",
				value: "N",
				help: "the run's id, where a rule asks the API about the run"
			},
			{
				name: "run-attempt",
				value: "N",
				help: "which attempt of the run this is; 1, or 2 with `--triggering-actor`"
			},
			{
				name: "workflow-ref",
				value: "PATH@REF",
				help: "the workflow that is guarded, where a rule has `once`"
			},
			{
				name: "server-url",
				value: "URL",
				help: "the server; https://github.com unless given or told by `--api-url`"
			},
			{
				name: "api",
				value: "FOLDER|EVIDENCE",
				completes: "files",
				help: "GitHub's answers: `repos/O/R/pulls/7.json` in a folder (a missing file is a 404), or those in evidence"
			},
			{
				name: "api-url",
				value: "URL",
				help: "ask this API, with the token in the variable GITHUB_TOKEN"
			},
			{
				name: "record",
				value: "FILE",
				completes: "files",
				help: "write evidence: all that the decision rested on, for `replay` and `--api`"
			},
			{
				name: "signing-keys",
				value: "FILE",
				completes: "files",
				help: "the keys accepted from senders, one a line"
			},
			{
				name: "at",
				value: "TIME",
				help: "decide as of this time, such as 2026-01-31T08:00:00Z; now unless given"
			},
			JSON_OPTION
		],
		completes: "samples",
		examples: [
			{
				text: "A sample, with its own policy and answers:",
				command: "dispatch-guard check dispatch"
			},
			{
				text: "An event against a policy, the pull request from a folder:",
				command: "dispatch-guard check --event-name repository_dispatch --event event.json --policy policy.yml --api answers"
			},
			{
				text: "The same with flat inputs and the live API:",
				command: "dispatch-guard check --event-name repository_dispatch --event event.json --flat dispatch-types=chart-pr-created --flat 'allowed-actors=github-actions[bot]' --api-url https://api.github.com"
			},
			{
				text: "Which recorded decisions a new policy changes:",
				command: "dispatch-guard check --policy new.yml --against old.yml evidence/*.json"
			}
		],
		exit: "0 allow, 1 deny, 2 wrong use, policy or event file, 3 an answer of the API is missing; of several decisions the highest. With `--against`: 0 nothing changes, 1 something does, 2 and 3 as before.",
		load: () => Promise.resolve().then(() => require("./cli-check.cjs"))
	},
	replay: {
		summary: "make a recorded decision again, and say what differs",
		usage: ["dispatch-guard replay EVIDENCE [--json]"],
		about: ["Evidence is what a guard writes to its input `evidence-file`: all that the decision rested on. Nothing is asked of GitHub."],
		options: [JSON_OPTION],
		completes: "files",
		examples: [{
			text: "A decision of a run, from its artifact:",
			command: "dispatch-guard replay evidence.json"
		}],
		exit: "0 the same decision, 2 the file is no evidence, 4 another decision.",
		load: () => Promise.resolve().then(() => require("./cli-replay.cjs"))
	},
	lint: {
		summary: "list every error of a policy",
		usage: ["dispatch-guard lint POLICY…"],
		about: ["Every error is a line `FILE:LINE:COLUMN: MESSAGE`; in a run of GitHub Actions also an annotation of the file. `-` reads standard input."],
		options: [],
		completes: "files",
		examples: [{
			text: "A policy before it is committed:",
			command: "dispatch-guard lint .github/dispatch-guard.yml"
		}, {
			text: "The one that was committed last:",
			command: "git show HEAD:policy.yml | dispatch-guard lint -"
		}],
		exit: "0 no error, 2 some, or a file cannot be read.",
		load: () => Promise.resolve().then(() => require("./cli-lint.cjs"))
	},
	schema: {
		summary: "print a JSON Schema",
		usage: ["dispatch-guard schema policy|result"],
		about: ["`policy` is the schema of a policy, for editors; `result` that of the guard's output `result`."],
		options: [],
		completes: ["policy", "result"],
		examples: [{
			text: "For an editor:",
			command: "dispatch-guard schema policy > policy.schema.json"
		}],
		exit: "0, or 2 for another name.",
		load: () => Promise.resolve().then(() => require("./cli-schema.cjs"))
	},
	completion: {
		summary: "print a shell's completion script",
		usage: ["dispatch-guard completion bash|zsh|fish"],
		about: [],
		options: [],
		completes: [
			"bash",
			"zsh",
			"fish"
		],
		examples: [
			{
				text: "bash, in ~/.bashrc:",
				command: "eval \"$(dispatch-guard completion bash)\""
			},
			{
				text: "zsh, in ~/.zshrc after `compinit`:",
				command: "eval \"$(dispatch-guard completion zsh)\""
			},
			{
				text: "fish:",
				command: "dispatch-guard completion fish > ~/.config/fish/completions/dispatch-guard.fish"
			}
		],
		exit: "0, or 2 for another shell.",
		load: () => Promise.resolve().then(() => require("./cli-completion.cjs"))
	}
};
function commandOf(name) {
	return Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : void 0;
}
// js/cli/print.js
function print(text) {
	return write(1, `${text}\n`), 0;
}
function printError(text) {
	write(2, `${text}\n`);
}
function write(descriptor, text) {
	let rest = Buffer.from(text);
	for (; rest.length > 0;) try {
		rest = rest.subarray((0, node_fs.writeSync)(descriptor, rest));
	} catch (fault) {
		let { code } = fault;
		if (code === "EPIPE") return;
		if (code !== "EAGAIN") throw fault;
		Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
	}
}
// js/cli/text.js
function oneLine(text) {
	return disarmed(text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escaped));
}
function disarmed(line) {
	return line.replace(/^(\s*)::/, "$1⁠::").replaceAll("##[", "#⁠#[");
}
function json(value) {
	let unit = (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;
	return JSON.stringify(value).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (letter) => letter.split("").map(unit).join("")).replaceAll("##[", String.raw`\u0023\u0023[`);
}
function escaped(letter) {
	return `\\u{${letter.codePointAt(0)?.toString(16)}}`;
}
// js/cli.js
async function main([name, ...words]) {
	if (name === "--version" || name === "-V") return print(version());
	if (name === void 0 || name === "help" || name === "--help" || name === "-h") {
		let { help } = await Promise.resolve().then(() => require("./cli-help.cjs")), text = help(words[0]);
		return name === void 0 ? (printError(text), 2) : print(text);
	}
	let command = commandOf(name);
	if (command === void 0) {
		let unknown = name.startsWith("-") ? "option" : "command";
		throw await Misuse.unknown(`there is no ${unknown} \`${name}\``, name, Object.keys(COMMANDS));
	}
	let { values, positionals } = await readArguments(command, words);
	if (values.help) {
		let { help } = await Promise.resolve().then(() => require("./cli-help.cjs"));
		return print(help(name));
	}
	return (await command.load()).run(values, positionals);
}
function version() {
	return JSON.parse((0, node_fs.readFileSync)((0, node_path.join)(__dirname, "..", "package.json"), "utf8")).version;
}
main(process.argv.slice(2)).then((status) => process.exitCode = status, (error) => {
	error instanceof Misuse ? (printError(oneLine(`dispatch-guard: ${error.message}`)), process.exitCode = 2) : (printError(`dispatch-guard: the command line itself failed: ${error?.stack ?? error}`.split("\n").map(oneLine).join("\n")), process.exitCode = 3);
}), exports.COMMANDS = COMMANDS, exports.Misuse = Misuse, exports.commandOf = commandOf, exports.disarmed = disarmed, exports.json = json, exports.oneLine = oneLine, exports.print = print, exports.printError = printError, exports.readBytes = readBytes, exports.unreadable = unreadable;
