#!/usr/bin/env node
"use strict";
Object.defineProperty(exports, Symbol.toStringTag, { value: "Module" });
let node_fs = require("node:fs"), node_path = require("node:path"), node_util = require("node:util");
// js/cli/usage-error.js
var UsageError = class extends Error {};
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
	let { values, positionals, tokens } = (0, node_util.parseArgs)({
		args: words,
		options,
		allowPositionals: !0,
		strict: !1,
		tokens: !0
	}), seen = new Set();
	for (let token of tokens) {
		if (token.kind !== "option") continue;
		let { name, rawName, value } = token, option = Object.hasOwn(options, name) ? options[name] : void 0;
		if (option === void 0) {
			let { unknownWord } = await Promise.resolve().then(() => require("./core.cjs")), known = Object.keys(options).map((name) => `--${name}`);
			throw unknownWord(`unknown option \`${rawName}\``, rawName, known);
		}
		if (option.type === "boolean" && value !== void 0) throw new UsageError(`\`${rawName}\` takes no value`);
		let forgotten = value === void 0 || !token.inlineValue && value.length > 1 && value.startsWith("-");
		if (option.type === "string" && forgotten) throw new UsageError(`\`${rawName}\` needs a value`);
		if (option.type === "string" && value === "") throw new UsageError(`the value of \`${rawName}\` is empty`);
		if (!option.multiple && seen.has(name)) throw new UsageError(`\`${rawName}\` is given twice`);
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
		summary: "make the decision that the guard would make, without a run",
		usage: [
			"dispatch-guard check --event FILE --event-name NAME (--policy FILE | --flat NAME=VALUE…)",
			"dispatch-guard check --event FILE --event-name NAME --workflow FILE",
			"dispatch-guard check --policy NEW --against OLD EVENT…"
		],
		about: ["Makes no request unless `--api-url` is given. An event is a file with the webhook payload, evidence that a guard recorded (`evidence-file`), a sample that is part of dispatch-guard, or an example of @octokit/webhooks-examples if that package is installed (`pull_request.opened`).", "Several events or policies print a table of decisions; `--against` prints what changes."],
		options: [
			{
				name: "event",
				value: "[NAME=]EVENT",
				multiple: !0,
				help: "the event; arguments without an option are events too. `pull_request=FILE` names the event in the file, `-` reads standard input"
			},
			{
				name: "event-name",
				value: "NAME",
				help: "the event in the files (GITHUB_EVENT_NAME)"
			},
			{
				name: "policy",
				value: "FILE",
				multiple: !0,
				help: "the policy; `-` reads standard input"
			},
			{
				name: "workflow",
				value: "FILE",
				help: "a workflow whose step has the policy or the shorthand inputs"
			},
			{
				name: "job",
				value: "ID",
				help: "the job of that step, if several jobs use dispatch-guard"
			},
			{
				name: "flat",
				value: "NAME=VALUE…",
				multiple: !0,
				help: "a shorthand input of the guard instead of a policy; more may follow, and repeated ones form a list"
			},
			{
				name: "against",
				value: "OLD",
				help: "the policy to compare with, or `recorded` for the decisions in the evidence"
			},
			{
				name: "repository",
				value: "OWNER/NAME[:ID]",
				help: "the run's repository (default: the event's)"
			},
			{
				name: "actor",
				value: "LOGIN[:ID]",
				help: "who triggered the event (default: the event's sender)"
			},
			{
				name: "triggering-actor",
				value: "LOGIN",
				help: "who started this attempt (default: the actor)"
			},
			{
				name: "run-id",
				value: "N",
				help: "the run's id, for rules that request the run from the API"
			},
			{
				name: "run-attempt",
				value: "N",
				help: "the attempt of the run (default: 1, or 2 with `--triggering-actor`)"
			},
			{
				name: "workflow-ref",
				value: "PATH@REF",
				help: "the guarded workflow, for rules with `once`"
			},
			{
				name: "server-url",
				value: "URL",
				help: "the server (default: that of `--api-url`, or https://github.com)"
			},
			{
				name: "api",
				value: "DIR|EVIDENCE",
				help: "GitHub's answers: `repos/O/R/pulls/7.json` in a directory (a missing file is a 404), or those in evidence"
			},
			{
				name: "api-url",
				value: "URL",
				help: "make requests to this API, with the token in the variable GITHUB_TOKEN"
			},
			{
				name: "record",
				value: "FILE",
				help: "write evidence: everything that the decision rested on, for `replay` and `--api`"
			},
			{
				name: "signing-keys",
				value: "FILE",
				help: "the keys accepted from senders, one a line"
			},
			{
				name: "at",
				value: "TIME",
				help: "decide as of this time, such as 2026-01-31T08:00:00Z (default: now)"
			},
			JSON_OPTION
		],
		examples: [
			{
				text: "A sample, with its own policy and answers:",
				command: "dispatch-guard check dispatch"
			},
			{
				text: "An event against a policy, with the pull request from a directory:",
				command: "dispatch-guard check --event-name repository_dispatch --event event.json --policy policy.yml --api answers"
			},
			{
				text: "The same with shorthand inputs and the live API:",
				command: "dispatch-guard check --event-name repository_dispatch --event event.json --flat dispatch-types=chart-pr-created --flat 'allowed-actors=github-actions[bot]' --api-url https://api.github.com"
			},
			{
				text: "Which recorded decisions a new policy changes:",
				command: "dispatch-guard check --policy new.yml --against old.yml evidence/*.json"
			}
		],
		exit: "0 allow, 1 deny, 2 wrong use or an invalid policy or event file, 3 an answer of the API is missing; the highest of several decisions. With `--against`: 0 no change, 1 a change, 2 and 3 as above."
	},
	replay: {
		summary: "repeat a recorded decision and show what differs",
		usage: ["dispatch-guard replay EVIDENCE… [--json]"],
		about: ["Evidence is the file that a guard writes for its input `evidence-file`: everything that the decision rested on. Makes no request."],
		options: [JSON_OPTION],
		examples: [{
			text: "A decision of a run, from its artifact:",
			command: "dispatch-guard replay evidence.json"
		}, {
			text: "All decisions of a directory:",
			command: "dispatch-guard replay evidence/*.json"
		}],
		exit: "0 the same decision, 2 the file is not valid evidence, 4 the decision differs."
	},
	lint: {
		summary: "check workflows and policies",
		usage: ["dispatch-guard lint [FILE…] [--format text|json|sarif|github]"],
		about: ["Checks every step that uses dispatch-guard: its inputs and its policy, whether every job is gated by `allowed`, permissions, triggers, checkouts and scripts. Without FILE: all workflows of the repository and the policies that they name. `-` reads standard input."],
		options: [{
			name: "format",
			value: "FORMAT",
			help: "`text` (the default), `json`, `sarif`, or `github` for annotations"
		}, {
			name: "json",
			help: "the same as `--format json`"
		}],
		examples: [{
			text: "The whole repository:",
			command: "dispatch-guard lint"
		}, {
			text: "The last committed version of a policy:",
			command: "git show HEAD:policy.yml | dispatch-guard lint -"
		}],
		exit: "0 no errors, 2 errors, or a file cannot be read. Warnings and notes do not change it."
	},
	test: {
		summary: "run policy tests",
		usage: ["dispatch-guard test [FILE…] [--format text|tap|json]"],
		about: ["A test file has cases: an event, answers of GitHub, and the code that the policy gives. Without FILE: `.github/dispatch-guard.test.yml`. Makes no request."],
		options: [{
			name: "format",
			value: "FORMAT",
			help: "`text` (the default), `tap` or `json`"
		}, {
			name: "json",
			help: "the same as `--format json`"
		}],
		examples: [{
			text: "The repository's tests:",
			command: "dispatch-guard test"
		}, {
			text: "For a TAP reader:",
			command: "dispatch-guard test policies/deploy.test.yml --format tap"
		}],
		exit: "0 all cases passed, 1 a case failed, 2 a test file cannot be used."
	},
	init: {
		summary: "write workflows, their policy and its test",
		usage: ["dispatch-guard init PATTERN [--branch NAME] [--source FILE] [--force]"],
		about: ["PATTERN is `dispatch`, `cascade`, `label`, `command` or `workflow-run`. The files are those of `examples/`, with the repository's branch and source workflow; the scripts that they call in `ci/` are yours."],
		options: [
			{
				name: "branch",
				value: "NAME",
				help: "the base branch (default: the remote's default branch)"
			},
			{
				name: "source",
				value: "FILE",
				help: "for `workflow-run`: the workflow whose runs start the guarded one (default: the one on `pull_request`)"
			},
			{
				name: "force",
				help: "overwrite files that exist"
			}
		],
		examples: [{
			text: "A command in comments:",
			command: "dispatch-guard init command"
		}, {
			text: "After a merge into another branch:",
			command: "dispatch-guard init cascade --branch release"
		}],
		exit: "0, or 2 if a file exists or the pattern is unknown."
	},
	schema: {
		summary: "print a JSON Schema",
		usage: ["dispatch-guard schema policy|result|test"],
		about: ["`policy` and `test` are the schemas of policies and test files, for editors; `result` is that of the guard's output `result`."],
		options: [],
		examples: [{
			text: "For an editor:",
			command: "dispatch-guard schema policy > policy.schema.json"
		}, {
			text: "For a program that reads decisions:",
			command: "dispatch-guard schema result"
		}],
		exit: "0, or 2 for another name."
	}
};
function commandOf(name) {
	return Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : void 0;
}
// js/cli/escape.js
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
function escapeLine(text) {
	return escapeWorkflowCommands(text.replace(INVISIBLE, escapeCharacter));
}
function escapeWorkflowCommands(line) {
	return line.replace(/^(\s*):(?=:)/, "$1: ").replaceAll("##[", "## [");
}
function stringifySafe(value) {
	let unit = (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;
	return JSON.stringify(value).replace(INVISIBLE, (c) => c.split("").map(unit).join("")).replaceAll("##[", String.raw`\u0023\u0023[`);
}
function escapeCharacter(c) {
	return `\\u{${c.codePointAt(0)?.toString(16)}}`;
}
// js/host/stdout.js
function writeFully(descriptor, text) {
	let rest = Buffer.from(text);
	for (; rest.length > 0;) try {
		rest = rest.subarray((0, node_fs.writeSync)(descriptor, rest));
	} catch (error) {
		if (error.code !== "EAGAIN") throw error;
		Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
	}
}
// js/cli/print.js
function print(text) {
	return write(1, `${text}\n`), 0;
}
function printError(text) {
	write(2, `${text}\n`);
}
function write(descriptor, text) {
	try {
		writeFully(descriptor, text);
	} catch (error) {
		if (error.code !== "EPIPE") throw error;
	}
}
// js/cli/main.js
const IMPLEMENTATIONS = {
	check: () => Promise.resolve().then(() => require("./check.cjs")),
	replay: () => Promise.resolve().then(() => require("./replay.cjs")),
	lint: () => Promise.resolve().then(() => require("./lint.cjs")),
	test: () => Promise.resolve().then(() => require("./test.cjs")),
	init: () => Promise.resolve().then(() => require("./init.cjs")),
	schema: () => Promise.resolve().then(() => require("./schema.cjs"))
};
async function main([name, ...words]) {
	if (name === "--version" || name === "-V") return print(version());
	if (name === void 0 || name === "help" || name === "--help" || name === "-h") {
		let { help } = await Promise.resolve().then(() => require("./help.cjs")), text = help(words[0]);
		return name === void 0 ? (printError(text), 2) : print(text);
	}
	let command = commandOf(name), load = IMPLEMENTATIONS[name];
	if (command === void 0 || load === void 0) {
		let { unknownWord } = await Promise.resolve().then(() => require("./core.cjs"));
		throw unknownWord(`unknown ${name.startsWith("-") ? "option" : "command"} \`${name}\``, name, Object.keys(COMMANDS));
	}
	let { values, positionals } = await readArguments(command, words);
	if (values.help) {
		let { help } = await Promise.resolve().then(() => require("./help.cjs"));
		return print(help(name));
	}
	let { run } = await load();
	return run(values, positionals);
}
function version() {
	return JSON.parse((0, node_fs.readFileSync)((0, node_path.join)(__dirname, "..", "..", "package.json"), "utf8")).version;
}
const words = process.argv.slice(2).filter((word) => word !== "--no-color");
words.length < process.argv.length - 2 && (process.env.NO_COLOR = "1", delete process.env.FORCE_COLOR), main(words).then((status) => process.exitCode = status, (error) => {
	error instanceof UsageError ? (printError(escapeLine(`dispatch-guard: ${error.message}`)), process.exitCode = 2) : (printError(`dispatch-guard: internal error: ${error?.stack ?? error}`.split("\n").map(escapeLine).join("\n")), process.exitCode = 3);
}), exports.COMMANDS = COMMANDS, exports.UsageError = UsageError, exports.commandOf = commandOf, exports.escapeLine = escapeLine, exports.escapeWorkflowCommands = escapeWorkflowCommands, exports.print = print, exports.printError = printError, exports.stringifySafe = stringifySafe;
