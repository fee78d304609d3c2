"use strict";
const require_rolldown_runtime = require("./rolldown-runtime.cjs"), require_core = require("./core.cjs");
let node_fs = require("node:fs"), node_path = require("node:path"), node_os = require("node:os"), os = require("os");
os = require_rolldown_runtime.__toESM(os, 1);
// package.json
var version = "1.0.0";
// js/outputs.js
const OUTPUTS = {
	guard: [
		"allowed",
		"decision",
		"reason-code",
		"reason",
		"event",
		"event-type",
		"actor",
		"actor-id",
		"triggering-actor",
		"pr-number",
		"pr-author",
		"pr-state",
		"head-ref",
		"head-sha",
		"head-repo",
		"base-ref",
		"base-sha",
		"fork",
		"draft",
		"merged",
		"merge-commit-sha",
		"labels",
		"payload",
		"provenance",
		"result"
	],
	send: [
		"sent",
		"reason-code",
		"reason",
		"event-type",
		"nonce",
		"pr-number",
		"head-sha",
		"payload"
	],
	report: [
		"reported",
		"reason-code",
		"reason"
	]
}, INTERNAL_ERROR = "internal.error", MEND = "Run again; if it stays, report it with the log.";
function failedOutputs(action, reason) {
	let known = {
		decision: "error",
		"reason-code": INTERNAL_ERROR,
		reason
	};
	action === "guard" && (known.result = failedResult(reason));
	let [deciding, ...others] = OUTPUTS[action];
	return {
		...Object.fromEntries(others.map((name) => [name, known[name] ?? ""])),
		[deciding]: "false"
	};
}
function failedResult(reason) {
	return JSON.stringify({
		schema_version: 1,
		version,
		time: new Date().toISOString(),
		decision: "error",
		allowed: !1,
		reason_code: INTERNAL_ERROR,
		reason,
		mend: MEND,
		mode: "enforce",
		on_deny: "fail",
		event: {
			name: "",
			type: ""
		},
		run: {
			repository: "",
			repository_id: "",
			run_id: "",
			run_attempt: "",
			workflow_ref: "",
			url: ""
		},
		policy: {
			source: "",
			path: "",
			blob_sha: "",
			sha256: ""
		},
		identities: [],
		payload: null,
		provenance: {
			level: "",
			proofs: [],
			digest: "",
			workflow_ref: "",
			run_id: "",
			run_attempt: "",
			issued_at: "",
			nonce: "",
			hops: "",
			source_actor: ""
		},
		pull_request: null,
		head_verified: !1,
		checks: [],
		api_requests: []
	});
}
// js/secrets.js
var Secrets = class {
	#secrets = [];
	add(secret) {
		this.#secrets.push(secret);
	}
	redact(text) {
		return this.#secrets.flatMap(formsOf).sort((a, b) => b.length - a.length).reduce((cleaned, form) => cleaned.replaceAll(form, "***"), text);
	}
};
function formsOf(secret) {
	if (secret === "") return [];
	let bytes = Buffer.from(secret), base64 = bytes.toString("base64");
	return [
		secret,
		JSON.stringify(secret).slice(1, -1),
		encodeURIComponent(bytes.toString()),
		base64,
		base64.replace(/=+$/, "")
	];
}
// node_modules/@actions/core/lib/utils.js
function toCommandValue(input) {
	return input == null ? "" : typeof input == "string" || input instanceof String ? input : JSON.stringify(input);
}
function toCommandProperties(annotationProperties) {
	return Object.keys(annotationProperties).length ? {
		title: annotationProperties.title,
		file: annotationProperties.file,
		line: annotationProperties.startLine,
		endLine: annotationProperties.endLine,
		col: annotationProperties.startColumn,
		endColumn: annotationProperties.endColumn
	} : {};
}
// node_modules/@actions/core/lib/command.js
function issueCommand(command, properties, message) {
	let cmd = new Command(command, properties, message);
	process.stdout.write(cmd.toString() + os.EOL);
}
var Command = class {
	constructor(command, properties, message) {
		command ||= "missing.command", this.command = command, this.properties = properties, this.message = message;
	}
	toString() {
		let cmdStr = "::" + this.command;
		if (this.properties && Object.keys(this.properties).length > 0) {
			cmdStr += " ";
			let first = !0;
			for (let key in this.properties) if (this.properties.hasOwnProperty(key)) {
				let val = this.properties[key];
				val && (first ? first = !1 : cmdStr += ",", cmdStr += `${key}=${escapeProperty(val)}`);
			}
		}
		return cmdStr += `::${escapeData(this.message)}`, cmdStr;
	}
};
function escapeData(s) {
	return toCommandValue(s).replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
}
function escapeProperty(s) {
	return toCommandValue(s).replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A").replace(/:/g, "%3A").replace(/,/g, "%2C");
}
// node_modules/@actions/core/lib/core.js
var core_exports = require_rolldown_runtime.__exportAll({ error: () => error }), ExitCode;
(function(ExitCode) {
	ExitCode[ExitCode.Success = 0] = "Success", ExitCode[ExitCode.Failure = 1] = "Failure";
})(ExitCode ||= {});
function setSecret(secret) {
	issueCommand("add-mask", {}, secret);
}
function getInput(name, options) {
	let val = process.env[`INPUT_${name.replace(/ /g, "_").toUpperCase()}`] || "";
	if (options && options.required && !val) throw Error(`Input required and not supplied: ${name}`);
	return options && options.trimWhitespace === !1 ? val : val.trim();
}
function debug(message) {
	issueCommand("debug", {}, message);
}
function error(message, properties = {}) {
	issueCommand("error", toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
function warning(message, properties = {}) {
	issueCommand("warning", toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
function notice(message, properties = {}) {
	issueCommand("notice", toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
function info(message) {
	process.stdout.write(message + os.EOL);
}
// js/toolkit.js
const annotators = {
	error,
	warning,
	notice
};
function openToolkit() {
	return writeAtOnce(), {
		inputs() {
			let names = Object.keys(process.env).filter((name) => name.startsWith("INPUT_")).map((variable) => variable.slice(6).toLowerCase());
			return Object.fromEntries(names.map((name) => [name, getInput(name, { trimWhitespace: !1 })]));
		},
		outputs(values) {
			let file = process.env.GITHUB_OUTPUT;
			if (!file) throw Error("GITHUB_OUTPUT is not set, so nobody can read the outputs");
			(0, node_fs.appendFileSync)(file, Object.entries(values).map(outputRecord).join(""));
		},
		mask(secret) {
			setSecret(secret);
		},
		log(lines) {
			lines.length > 0 && info(lines.join(node_os.EOL));
		},
		annotate({ level, title, message }) {
			annotators[level](message, { title });
		},
		debug(text) {
			debug(text);
		},
		summarize(markdown) {
			let file = process.env.GITHUB_STEP_SUMMARY;
			file && (0, node_fs.appendFileSync)(file, markdown);
		}
	};
}
function outputRecord([name, value]) {
	let delimiter = "dispatch-guard";
	for (; value.includes(delimiter);) delimiter += "-";
	return [
		`${name}<<${delimiter}`,
		value,
		delimiter,
		""
	].join(node_os.EOL);
}
function writeAtOnce() {
	Object.defineProperty(process, "stdout", {
		value: { write: (text) => writeAll(1, text) },
		configurable: !0,
		enumerable: !0
	});
}
function writeAll(descriptor, text) {
	let rest = Buffer.from(text);
	for (; rest.length > 0;) try {
		rest = rest.subarray((0, node_fs.writeSync)(descriptor, rest));
	} catch (fault) {
		if (fault.code !== "EAGAIN") throw fault;
		Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
	}
}
// js/action.js
const SECRET_INPUTS = [
	"token",
	"signing-key",
	"signing-keys"
], VARIABLES = [
	"ACTIONS_ID_TOKEN_REQUEST_URL",
	"ACTIONS_ID_TOKEN_REQUEST_TOKEN",
	"RUNNER_NAME",
	"RUNNER_ENVIRONMENT"
];
function main(action, openCore) {
	process.exitCode = 1, run(action, {
		toolkit: openToolkit(),
		environment: process.env,
		openCore,
		disturbance: disturbance()
	}).then((status) => process.exit(status));
}
async function run(action, parts) {
	let secrets = new Secrets();
	try {
		return await Promise.race([decide(action, parts, secrets), parts.disturbance]);
	} catch (error) {
		return fail(action, parts.toolkit, secrets, error);
	}
}
function disturbance() {
	return new Promise((_, reject) => {
		process.on("uncaughtException", reject), process.on("unhandledRejection", reject), process.on("beforeExit", () => reject(Error("the core waits for something that never comes")));
	});
}
async function decide(action, { toolkit, environment, openCore }, secrets) {
	toolkit.outputs({ [OUTPUTS[action][0]]: "false" });
	let inputs = toolkit.inputs(), mask = (secret) => {
		secrets.add(secret), toolkit.mask(secret);
	};
	[...SECRET_INPUTS.map((name) => inputs[name]), environment.ACTIONS_ID_TOKEN_REQUEST_TOKEN].flatMap((text = "") => text.split("\n").map((line) => line.trim())).forEach((line) => line && mask(line));
	let known = Object.keys(environment).filter((name) => name.startsWith("GITHUB_") || VARIABLES.includes(name)), variables = Object.fromEntries(known.map((name) => [name, environment[name]])), { event, error } = readEvent(environment.GITHUB_EVENT_PATH), core = await openCore(), host = require_core.openHost({
		mask,
		redact: (text) => secrets.redact(text)
	}), facts = JSON.stringify({
		inputs,
		environment: variables,
		event_error: error
	});
	return carryOut(action, toolkit, await core[action](facts, event, host));
}
function readEvent(path) {
	if (!path) return { error: "GITHUB_EVENT_PATH is not set" };
	try {
		return { event: (0, node_fs.readFileSync)(path) };
	} catch (error) {
		return { error: messageOf(error) };
	}
}
function carryOut(action, toolkit, outcome) {
	let [deciding, ...others] = OUTPUTS[action], missing = OUTPUTS[action].filter((name) => typeof outcome.outputs[name] != "string");
	if (missing.length > 0) throw Error(`the core gave no output ${missing.join(", ")}`);
	return outcome.files.forEach(writeFile), toolkit.log(outcome.log), outcome.annotation && toolkit.annotate(outcome.annotation), outcome.summary !== null && summarize(toolkit, outcome.summary), toolkit.outputs(Object.fromEntries([...others, deciding].map((name) => [name, outcome.outputs[name]]))), outcome.exit_code === 0 ? 0 : 1;
}
function writeFile({ path, text, append }) {
	try {
		(0, node_fs.mkdirSync)((0, node_path.dirname)(path), { recursive: !0 }), (append ? node_fs.appendFileSync : node_fs.writeFileSync)(path, text);
	} catch (error) {
		throw Error(`cannot write the file ${path}: ${messageOf(error)}`);
	}
}
function summarize(toolkit, markdown) {
	try {
		toolkit.summarize(markdown);
	} catch (error) {
		let message = `cannot write the job summary: ${messageOf(error)}; set \`summary: false\` where there is none`;
		toolkit.annotate({
			level: "warning",
			title: "dispatch-guard: summary",
			message
		});
	}
}
function fail(action, toolkit, secrets, error) {
	let reason = secrets.redact(`the action itself failed: ${printable(messageOf(error))}`), outputs = failedOutputs(action, reason), title = `dispatch-guard: ${INTERNAL_ERROR}`, message = `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.\n${MEND}`, stack = error instanceof Error && error.stack ? error.stack : reason, steps = [
		() => toolkit.outputs(outputs),
		() => toolkit.log(outputs.result ? [outputs.result] : []),
		() => toolkit.annotate({
			level: "error",
			title,
			message
		}),
		() => toolkit.debug(secrets.redact(stack))
	];
	for (let step of steps) try {
		step();
	} catch {}
	return 1;
}
function messageOf(error) {
	return error instanceof Error ? error.message : String(error);
}
function printable(text) {
	return text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, " ").replaceAll("##[", "[").trim();
}
// js/wasm.js
async function compileVerified(file, sha256) {
	let bytes = (0, node_fs.readFileSync)(file), compiling = WebAssembly.compile(bytes);
	compiling.catch(() => {});
	let awake = setInterval(() => {}, 6e4);
	try {
		return await verify(file, bytes, sha256), await compiling;
	} finally {
		clearInterval(awake);
	}
}
async function verify(file, bytes, sha256) {
	let { createHash } = await Promise.resolve().then(() => require_rolldown_runtime.__toESM(require("node:crypto"), 1)), found = createHash("sha256").update(bytes).digest("hex");
	if (found !== sha256) throw Error(`the file ${file} is damaged: its SHA-256 is ${found} and should be ${sha256}`);
}
// js/core.js
async function openCore() {
	return require_core.initSync({ module: await compileVerified((0, node_path.join)(__dirname, require_core.WASM_FILE), require_core.WASM_SHA256) }), {
		guard: require_core.guard,
		send: require_core.send,
		report: require_core.report
	};
}
Object.defineProperty(exports, "core_exports", {
	enumerable: !0,
	get: function() {
		return core_exports;
	}
}), Object.defineProperty(exports, "main", {
	enumerable: !0,
	get: function() {
		return main;
	}
}), Object.defineProperty(exports, "openCore", {
	enumerable: !0,
	get: function() {
		return openCore;
	}
}), Object.defineProperty(exports, "version", {
	enumerable: !0,
	get: function() {
		return version;
	}
});
