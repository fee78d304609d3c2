"use strict";
let node_fs = require("node:fs"), node_path = require("node:path"), node_os = require("node:os"), node_module = require("node:module");
// js/core/action-error.js
var ActionError = class extends Error {
	constructor(message, help, options) {
		super(message, options), this.help = help;
	}
};
// js/host/host.js
function createHost({ mask, progress, interimOutputs, redact }) {
	return {
		async request(request) {
			try {
				let { sendRequest } = await Promise.resolve().then(() => require("./http.cjs")), answer = await sendRequest(request, mask);
				return "fault" in answer && (answer.fault.message = redact(answer.fault.message)), answer;
			} catch (error) {
				return { fault: {
					kind: "other",
					message: redact(String(error)),
					sent: !1
				} };
			}
		},
		now: Date.now,
		random: (count) => crypto.getRandomValues(new Uint8Array(count)),
		verifyRs256,
		mask,
		progress,
		interimOutputs
	};
}
async function verifyRs256(jwk, data, signature) {
	let algorithm = {
		name: "RSASSA-PKCS1-v1_5",
		hash: "SHA-256"
	};
	try {
		let { kty, n, e } = JSON.parse(jwk), key = await crypto.subtle.importKey("jwk", {
			kty,
			n,
			e
		}, algorithm, !1, ["verify"]);
		return await crypto.subtle.verify(algorithm, key, signature, data);
	} catch {
		return !1;
	}
}
// js/action/files.js
const NONBLOCK = node_fs.constants.O_NONBLOCK ?? 0;
function writeFile({ input, path, text, append }) {
	try {
		try {
			write(path, text, append);
		} catch (error) {
			if (error.code !== "ENOENT") throw error;
			createDirectory((0, node_path.dirname)((0, node_path.resolve)(path))), write(path, text, append);
		}
	} catch (error) {
		throw new ActionError(`cannot write the file ${path}, which the input \`${input}\` names: ${error instanceof Error ? error.message : String(error)}`, `Set \`${input}\` to a path that the job can write.`, { cause: error });
	}
}
function createDirectory(path) {
	(0, node_fs.existsSync)(path) || (createDirectory((0, node_path.dirname)(path)), (0, node_fs.mkdirSync)(path));
}
function write(path, text, append) {
	let access = append ? node_fs.constants.O_RDWR | node_fs.constants.O_APPEND : node_fs.constants.O_WRONLY | node_fs.constants.O_TRUNC, file = (0, node_fs.openSync)(path, access | node_fs.constants.O_CREAT | NONBLOCK);
	try {
		(0, node_fs.writeFileSync)(file, append && !endsWithLine(file) ? `\n${text}` : text);
	} finally {
		(0, node_fs.closeSync)(file);
	}
}
function endsWithLine(file) {
	let { size } = (0, node_fs.fstatSync)(file), last = Buffer.alloc(1);
	return size === 0 || (0, node_fs.readSync)(file, last, 0, 1, size - 1) === 0 || last[0] === 10;
}
// js/action/outputs.js
const INTERNAL_ERROR = "internal.error";
function decidingOutput({ outputs }, action) {
	return outputs[action].at(-1) ?? "";
}
function undecided(action) {
	return action === "reconcile" ? "[]" : "false";
}
function failedOutputs(contract, action, reason, help) {
	let values = {
		decision: "error",
		"reason-code": INTERNAL_ERROR,
		reason,
		missed: "[]",
		[decidingOutput(contract, action)]: undecided(action)
	};
	if (action === "guard") {
		let time = `${new Date().toISOString().slice(0, 19)}Z`;
		values.result = JSON.stringify({
			...contract.failed_result,
			time,
			reason,
			help
		});
	}
	return Object.fromEntries(contract.outputs[action].map((name) => [name, values[name] ?? ""]));
}
var InterimOutputs = class {
	#written = {};
	#runner;
	constructor(runner) {
		this.#runner = runner;
	}
	write(outputs) {
		this.#written = outputs;
		try {
			this.#runner.outputs(outputs);
		} catch {}
	}
	keptIn(failed) {
		let { "reason-code": _code, reason: _reason, ...done } = this.#written;
		return {
			...failed,
			...done
		};
	}
};
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
	process.stdout.write(cmd.toString() + node_os.EOL);
}
function issue(name, message = "") {
	issueCommand(name, {}, message);
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
var ExitCode;
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
	process.stdout.write(message + node_os.EOL);
}
function startGroup(name) {
	issue("group", name);
}
function endGroup() {
	issue("endgroup");
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
// js/action/runner.js
const annotators = {
	error,
	warning,
	notice
};
function createRunner() {
	return Object.defineProperty(process, "stdout", {
		value: { write: (text) => writeFully(1, text) },
		configurable: !0,
		enumerable: !0
	}), {
		inputs() {
			let names = Object.keys(process.env).filter((name) => name.startsWith("INPUT_")).map((variable) => variable.slice(6).toLowerCase());
			return Object.fromEntries(names.map((name) => [name, getInput(name, { trimWhitespace: !1 })]));
		},
		outputs(values) {
			let file = process.env.GITHUB_OUTPUT;
			if (!file) throw new ActionError("GITHUB_OUTPUT is not set, so no later step could read the outputs", "Run the action on a runner that sets GITHUB_OUTPUT (2.297.0 or later), and pass the variable on to containers.");
			(0, node_fs.appendFileSync)(file, Object.entries(values).map(outputRecord).join(""));
		},
		mask(secret) {
			setSecret(secret);
		},
		log(lines) {
			lines.length > 0 && info(lines.join(node_os.EOL));
		},
		logGroup({ title, lines }) {
			startGroup(title), lines.length > 0 && info(lines.join(node_os.EOL)), endGroup();
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
// js/action/secrets.js
var Secrets = class {
	#secrets = [];
	add(secret) {
		this.#secrets.push(secret);
	}
	redact(text) {
		return this.#secrets.flatMap(encodedForms).sort((a, b) => b.length - a.length).reduce((cleaned, form) => cleaned.replaceAll(form, "***"), text);
	}
};
function encodedForms(secret) {
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
// js/action/run.js
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
function main(action, core) {
	process.exitCode = 1, run(action, {
		runner: createRunner(),
		environment: process.env,
		uncaughtError: uncaughtError(),
		...core
	}).then((status) => process.exit(status));
}
async function run(action, dependencies) {
	let { runner, contract, uncaughtError } = dependencies, secrets = new Secrets(), interim = new InterimOutputs(runner);
	try {
		runner.outputs({ [decidingOutput(contract, action)]: undecided(action) });
		let inputs = runner.inputs(), decided = decide(action, inputs, dependencies, secrets, interim);
		return await Promise.race([
			decided,
			uncaughtError,
			expire(runLimit(action, inputs))
		]);
	} catch (error) {
		return fail(action, dependencies, secrets, interim, error);
	}
}
function runLimit(action, { wait = "none" }) {
	return action === "reconcile" ? 18e5 : action === "send" && wait.trim() !== "none" ? 2172e4 : 12e4;
}
function expire(limit) {
	return new Promise((_, reject) => {
		setTimeout(() => reject(Error(`the run did not complete within ${limit / 1e3} s`)), limit).unref();
	});
}
function uncaughtError() {
	return new Promise((_, reject) => {
		process.on("uncaughtException", reject), process.on("unhandledRejection", reject), process.on("beforeExit", () => reject(Error("the core did not complete (event loop drained)")));
	});
}
async function decide(action, inputs, { runner, environment, contract, loadCore }, secrets, interim) {
	let mask = (secret) => {
		secrets.add(secret), runner.mask(secret);
	};
	[...SECRET_INPUTS.map((name) => inputs[name]), environment.ACTIONS_ID_TOKEN_REQUEST_TOKEN].flatMap((text = "") => text.split("\n").map((line) => line.trim())).filter((line) => line !== "" && line !== contract.unset).forEach(mask);
	let known = Object.keys(environment).filter((name) => name.startsWith("GITHUB_") || VARIABLES.includes(name)), variables = Object.fromEntries(known.map((name) => [name, environment[name]])), { event, error } = readEvent(environment.GITHUB_EVENT_PATH), core = loadCore(), host = createHost({
		mask,
		progress: (line) => runner.log([line]),
		interimOutputs: (outputs) => interim.write(JSON.parse(outputs)),
		redact: (text) => secrets.redact(text)
	}), facts = JSON.stringify({
		inputs,
		environment: variables,
		event_error: error
	}), outcome = await core[action](facts, event, host);
	return applyOutcome(action, contract.outputs[action], runner, outcome), outcome.exit_code === 0 ? 0 : 1;
}
function readEvent(path) {
	if (!path) return { error: "GITHUB_EVENT_PATH is not set" };
	try {
		return { event: (0, node_fs.readFileSync)(path) };
	} catch (error) {
		return { error: errorMessage(error) };
	}
}
function applyOutcome(action, names, runner, { outputs, annotation, log, log_groups, summary, files }) {
	let missing = names.filter((name) => typeof outputs[name] != "string");
	if (missing.length > 0) throw Error(`the core returned no output ${missing.join(", ")}`);
	try {
		files.forEach(writeFile), runner.log(log), annotation && runner.annotate(annotation), log_groups.forEach(runner.logGroup), summary !== null && summarize(action, runner, summary), runner.outputs(Object.fromEntries(names.map((name) => [name, outputs[name] ?? ""])));
	} catch (error) {
		let deciding = outputs[names.at(-1) ?? ""], isDone = action === "reconcile" ? deciding !== undecided(action) : deciding === "true";
		if (action === "guard" || !isDone) throw error;
		let message = `${outputs.reason}, but then: ${errorMessage(error)}`;
		throw error instanceof ActionError ? new ActionError(message, error.help) : Error(message, { cause: error });
	}
}
function summarize(action, runner, markdown) {
	try {
		runner.summarize(markdown);
	} catch (error) {
		let help = action === "guard" ? "; set `summary: false` if the server has no job summaries" : "", message = `cannot write the job summary: ${printable(errorMessage(error))}${help}`;
		runner.annotate({
			level: "warning",
			title: "dispatch-guard: summary",
			message
		});
	}
}
function fail(action, { runner, contract }, secrets, interim, error) {
	let reason = `the action itself failed: ${printable(secrets.redact(errorMessage(error)))}`, help = error instanceof ActionError ? error.help : contract.help, outputs = interim.keptIn(failedOutputs(contract, action, reason, help)), title = `dispatch-guard: ${INTERNAL_ERROR}`, message = `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.\n${help}\n${contract.url}`, stack = error instanceof Error && error.stack ? error.stack : reason, steps = [
		() => runner.outputs(outputs),
		() => runner.annotate({
			level: "error",
			title,
			message
		}),
		() => outputs.result && runner.logGroup({
			title: contract.audit_title,
			lines: [outputs.result]
		}),
		() => runner.debug(secrets.redact(stack))
	];
	for (let step of steps) try {
		step();
	} catch {}
	return 1;
}
function errorMessage(error) {
	return error instanceof Error ? error.message : String(error);
}
function printable(text) {
	return text.replace(/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]+/gu, " ").replaceAll("##[", "## [").trim();
}
// \0dispatch-guard:contract
const CONTRACT = {
	outputs: {
		guard: "decision.reason-code.reason.rule.command.label.event.event-type.actor.actor-id.triggering-actor.pr-number.pr-author.pr-state.head-ref.head-sha.head-repo.base-ref.base-sha.fork.draft.merged.merge-commit-sha.labels.payload.provenance.result.allowed".split("."),
		send: [
			"reason-code",
			"reason",
			"event-type",
			"nonce",
			"pr-number",
			"head-sha",
			"payload",
			"run-id",
			"run-url",
			"conclusion",
			"sent"
		],
		report: [
			"reason-code",
			"reason",
			"reported"
		],
		reconcile: [
			"reason-code",
			"reason",
			"missed",
			"sent"
		]
	},
	failed_result: {
		schema_version: 1,
		version: "1.0.0",
		time: "1970-01-01T00:00:00Z",
		decision: "error",
		allowed: !1,
		reason_code: "internal.error",
		reason: "",
		help: "Re-run the job. If the error persists, open an issue and attach the log.",
		mode: "enforce",
		on_deny: "fail",
		event: {
			name: "",
			type: ""
		},
		rule: "",
		command: "",
		label: "",
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
			repository: "",
			ref: "",
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
		commit: null,
		head_verified: !1,
		checks: [],
		api_requests: []
	},
	audit_title: "Audit record",
	help: "Re-run the job. If the error persists, open an issue and attach the log.",
	url: "https://github.com/org/dispatch-guard/blob/v1/docs/reason-codes.md#internalerror",
	unset: "(unset)"
};
// node_modules/canonicalize/lib/canonicalize.js
function serializeString(value) {
	if (!value.isWellFormed()) throw Error("Lone surrogate is not allowed");
	return JSON.stringify(value);
}
function serializePrimitive(value) {
	switch (typeof value) {
		case "number":
			if (isNaN(value)) throw Error("NaN is not allowed");
			if (!isFinite(value)) throw Error("Infinity is not allowed");
			return JSON.stringify(value);
		case "string": return serializeString(value);
		case "boolean": return value ? "true" : "false";
		default: return JSON.stringify(value);
	}
}
function enterValue(value, seen) {
	let wrappers = null;
	for (; typeof value == "object" && value && typeof value.toJSON == "function";) {
		if (seen.has(value)) throw Error("Circular reference detected");
		seen.add(value), (wrappers ??= []).push(value), value = value.toJSON();
	}
	if ((value instanceof Number || value instanceof String || value instanceof Boolean) && (value = value.valueOf()), typeof value != "object" || !value) {
		if (wrappers !== null) for (let wrapper of wrappers) seen.delete(wrapper);
		return serializePrimitive(value);
	}
	if (seen.has(value)) throw Error("Circular reference detected");
	return seen.add(value), {
		container: value,
		keys: Array.isArray(value) ? null : Object.keys(value).sort(),
		index: 0,
		first: !0,
		wrappers
	};
}
function canonicalize(object) {
	if (typeof object != "object" || !object) return serializePrimitive(object);
	let seen = new Set(), root = enterValue(object, seen);
	if (typeof root != "object") return root;
	let result = root.keys === null ? "[" : "{", stack = [root];
	outer: for (; stack.length > 0;) {
		let frame = stack[stack.length - 1], container = frame.container;
		if (frame.keys === null) {
			for (; frame.index < container.length;) {
				let i = frame.index++;
				i > 0 && (result += ",");
				let element = container[i], value = element === void 0 || typeof element == "symbol" || typeof element == "function" ? null : element;
				if (typeof value != "object" || !value) {
					result += serializePrimitive(value);
					continue;
				}
				let child = enterValue(value, seen);
				if (typeof child != "object") result += child === void 0 ? "null" : child;
				else {
					result += child.keys === null ? "[" : "{", stack.push(child);
					continue outer;
				}
			}
			result += "]";
		} else {
			let keys = frame.keys;
			for (; frame.index < keys.length;) {
				let key = keys[frame.index++], value = container[key];
				if (value === void 0 || typeof value == "symbol" || typeof value == "function") continue;
				if (typeof value != "object" || !value) {
					frame.first ? frame.first = !1 : result += ",", result += serializeString(key) + ":" + serializePrimitive(value);
					continue;
				}
				let child = enterValue(value, seen);
				if (child !== void 0) {
					if (frame.first ? frame.first = !1 : result += ",", result += serializeString(key) + ":", typeof child != "object") result += child;
					else {
						result += child.keys === null ? "[" : "{", stack.push(child);
						continue outer;
					}
				}
			}
			result += "}";
		}
		if (seen.delete(container), frame.wrappers !== null) for (let wrapper of frame.wrappers) seen.delete(wrapper);
		stack.pop();
	}
	return result;
}
// target/pkg/actions/dispatch_guard.js
function guard(run, event, host) {
	let ptr0, len0, ptr1, len1;
	try {
		ptr0 = passStringToWasm0(run, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc), len0 = WASM_VECTOR_LEN, ptr1 = isLikeNone(event) ? 0 : passArray8ToWasm0(event, wasm.__wbindgen_malloc), len1 = WASM_VECTOR_LEN;
	} catch (e) {
		throw ptr1 && wasm.__wbindgen_free(ptr1, len1 * 1, 1), ptr0 && wasm.__wbindgen_free(ptr0, len0 * 1, 1), e;
	}
	let ret = wasm.guard(ptr0, len0, ptr1, len1, host);
	if (ret[2]) throw takeFromExternrefTable0(ret[1]);
	return takeFromExternrefTable0(ret[0]);
}
function reconcile(run, event, host) {
	let ptr0, len0, ptr1, len1;
	try {
		ptr0 = passStringToWasm0(run, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc), len0 = WASM_VECTOR_LEN, ptr1 = isLikeNone(event) ? 0 : passArray8ToWasm0(event, wasm.__wbindgen_malloc), len1 = WASM_VECTOR_LEN;
	} catch (e) {
		throw ptr1 && wasm.__wbindgen_free(ptr1, len1 * 1, 1), ptr0 && wasm.__wbindgen_free(ptr0, len0 * 1, 1), e;
	}
	let ret = wasm.reconcile(ptr0, len0, ptr1, len1, host);
	if (ret[2]) throw takeFromExternrefTable0(ret[1]);
	return takeFromExternrefTable0(ret[0]);
}
function report(run, event, host) {
	let ptr0, len0, ptr1, len1;
	try {
		ptr0 = passStringToWasm0(run, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc), len0 = WASM_VECTOR_LEN, ptr1 = isLikeNone(event) ? 0 : passArray8ToWasm0(event, wasm.__wbindgen_malloc), len1 = WASM_VECTOR_LEN;
	} catch (e) {
		throw ptr1 && wasm.__wbindgen_free(ptr1, len1 * 1, 1), ptr0 && wasm.__wbindgen_free(ptr0, len0 * 1, 1), e;
	}
	let ret = wasm.report(ptr0, len0, ptr1, len1, host);
	if (ret[2]) throw takeFromExternrefTable0(ret[1]);
	return takeFromExternrefTable0(ret[0]);
}
function send(run, event, host) {
	let ptr0, len0, ptr1, len1;
	try {
		ptr0 = passStringToWasm0(run, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc), len0 = WASM_VECTOR_LEN, ptr1 = isLikeNone(event) ? 0 : passArray8ToWasm0(event, wasm.__wbindgen_malloc), len1 = WASM_VECTOR_LEN;
	} catch (e) {
		throw ptr1 && wasm.__wbindgen_free(ptr1, len1 * 1, 1), ptr0 && wasm.__wbindgen_free(ptr0, len0 * 1, 1), e;
	}
	let ret = wasm.send(ptr0, len0, ptr1, len1, host);
	if (ret[2]) throw takeFromExternrefTable0(ret[1]);
	return takeFromExternrefTable0(ret[0]);
}
function __wbg_get_imports() {
	return {
		__proto__: null,
		"./dispatch_guard_bg.js": {
			__proto__: null,
			__wbg_Error_208446807d0d1e30: function(arg0, arg1) {
				return Error(getStringFromWasm0(arg0, arg1));
			},
			__wbg_Number_ff192a72a0dcdf6d: function(arg0) {
				return Number(arg0);
			},
			__wbg___wbindgen_boolean_get_4f1baf9a00be3c74: function(arg0) {
				let v = arg0, ret = typeof v == "boolean" ? v : void 0;
				return isLikeNone(ret) ? 16777215 : +!!ret;
			},
			__wbg___wbindgen_is_function_741ff2bb612836f5: function(arg0) {
				return typeof arg0 == "function";
			},
			__wbg___wbindgen_is_object_8b968c3ab8e96595: function(arg0) {
				let val = arg0;
				return typeof val == "object" && !!val;
			},
			__wbg___wbindgen_is_string_fc456fee5d3317de: function(arg0) {
				return typeof arg0 == "string";
			},
			__wbg___wbindgen_is_undefined_be5b34249ff1fc15: function(arg0) {
				return arg0 === void 0;
			},
			__wbg___wbindgen_number_get_934b640d0889af78: function(arg0, arg1) {
				let obj = arg1, ret = typeof obj == "number" ? obj : void 0;
				getDataViewMemory0().setFloat64((arg0 >>> 0) + 8, isLikeNone(ret) ? 0 : ret, !0), getDataViewMemory0().setInt32((arg0 >>> 0) + 0, !isLikeNone(ret), !0);
			},
			__wbg___wbindgen_string_get_7ce8eee7fd327545: function(arg0, arg1) {
				let obj = arg1, ret = typeof obj == "string" ? obj : void 0;
				var ptr1 = isLikeNone(ret) ? 0 : passStringToWasm0(ret, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc), len1 = WASM_VECTOR_LEN;
				getDataViewMemory0().setInt32((arg0 >>> 0) + 4, len1, !0), getDataViewMemory0().setInt32((arg0 >>> 0) + 0, ptr1, !0);
			},
			__wbg___wbindgen_throw_4c88d8bf264fd984: function(arg0, arg1) {
				throw Error(getStringFromWasm0(arg0, arg1));
			},
			__wbg__wbg_cb_unref_09736879a3f67559: function(arg0) {
				arg0._wbg_cb_unref();
			},
			__wbg_call_a410eb4b59ed5965: function() {
				return handleError(function(arg0, arg1, arg2) {
					return arg0.call(arg1, arg2);
				}, arguments);
			},
			__wbg_clearTimeout_3629d6209dfcc46e: function(arg0) {
				return clearTimeout(arg0);
			},
			__wbg_default_d2896447e909e76f: function() {
				return handleError(function(arg0, arg1) {
					let ret = canonicalize(arg1);
					var ptr1 = isLikeNone(ret) ? 0 : passStringToWasm0(ret, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc), len1 = WASM_VECTOR_LEN;
					getDataViewMemory0().setInt32((arg0 >>> 0) + 4, len1, !0), getDataViewMemory0().setInt32((arg0 >>> 0) + 0, ptr1, !0);
				}, arguments);
			},
			__wbg_entries_7bb1459bd9b5c2b9: function(arg0) {
				return Object.entries(arg0);
			},
			__wbg_from_eac91875c8a5ffa4: function(arg0) {
				return Array.from(arg0);
			},
			__wbg_get_2080c49015e35254: function() {
				return handleError(function(arg0, arg1) {
					return Reflect.get(arg0, arg1);
				}, arguments);
			},
			__wbg_get_d7176cfb76d71114: function(arg0, arg1) {
				return arg0[arg1 >>> 0];
			},
			__wbg_get_unchecked_e6325ad374eff861: function(arg0, arg1) {
				return arg0[arg1 >>> 0];
			},
			__wbg_interimOutputs_e0d92ff2ae71baca: function(arg0, arg1, arg2) {
				arg0.interimOutputs(getStringFromWasm0(arg1, arg2));
			},
			__wbg_length_b03a0fabb109b1e9: function(arg0) {
				return arg0.length;
			},
			__wbg_mask_0352ec6c6558769a: function(arg0, arg1, arg2) {
				arg0.mask(getStringFromWasm0(arg1, arg2));
			},
			__wbg_new_37eb45aaf5eeb820: function() {
				return [];
			},
			__wbg_new_7075786089b89c5e: function() {
				return new Map();
			},
			__wbg_new_cd4348290afae586: function() {
				return {};
			},
			__wbg_new_typed_e09da9dae6ee5935: function(arg0, arg1) {
				try {
					var state0 = {
						a: arg0,
						b: arg1
					};
					return new Promise((arg0, arg1) => {
						let a = state0.a;
						state0.a = 0;
						try {
							return wasm_bindgen__convert__closures_____invoke__h9b40fe072ec06310(a, state0.b, arg0, arg1);
						} finally {
							state0.a = a;
						}
					});
				} finally {
					state0.a = 0;
				}
			},
			__wbg_now_72de26a48e084740: function(arg0) {
				return arg0.now();
			},
			__wbg_parse_c3f72b5a24f83c01: function() {
				return handleError(function(arg0, arg1) {
					return JSON.parse(getStringFromWasm0(arg0, arg1));
				}, arguments);
			},
			__wbg_progress_2d4d486a74cba018: function(arg0, arg1, arg2) {
				arg0.progress(getStringFromWasm0(arg1, arg2));
			},
			__wbg_queueMicrotask_1e8503a8a690f0a3: function(arg0) {
				return arg0.queueMicrotask;
			},
			__wbg_queueMicrotask_4a1a4d8dd332373b: function(arg0) {
				queueMicrotask(arg0);
			},
			__wbg_random_71c7b8c9f30ab37a: function(arg0, arg1, arg2) {
				let ptr1 = passArray8ToWasm0(arg1.random(arg2 >>> 0), wasm.__wbindgen_malloc), len1 = WASM_VECTOR_LEN;
				getDataViewMemory0().setInt32((arg0 >>> 0) + 4, len1, !0), getDataViewMemory0().setInt32((arg0 >>> 0) + 0, ptr1, !0);
			},
			__wbg_request_074aedeb6d30af0d: function() {
				return handleError(function(arg0, arg1) {
					return arg0.request(arg1);
				}, arguments);
			},
			__wbg_resolve_dbf78ab4942478b0: function(arg0) {
				return Promise.resolve(arg0);
			},
			__wbg_setTimeout_fbd69c6576710fc6: function() {
				return handleError(function(arg0, arg1) {
					return setTimeout(arg0, arg1);
				}, arguments);
			},
			__wbg_set_8282f7e0d2d01336: function(arg0, arg1, arg2) {
				return arg0.set(arg1, arg2);
			},
			__wbg_set_e4b9a833d288759a: function(arg0, arg1, arg2) {
				arg0[arg1] = arg2;
			},
			__wbg_static_accessor_GLOBAL_THIS_003ee833af9699fc: function() {
				let ret = typeof globalThis > "u" ? void 0 : globalThis;
				return isLikeNone(ret) ? 0 : addToExternrefTable0(ret);
			},
			__wbg_static_accessor_GLOBAL_e4293fb22cbe77da: function() {
				let ret = typeof global > "u" ? void 0 : global;
				return isLikeNone(ret) ? 0 : addToExternrefTable0(ret);
			},
			__wbg_static_accessor_SELF_53bb20457401453d: function() {
				let ret = typeof self > "u" ? void 0 : self;
				return isLikeNone(ret) ? 0 : addToExternrefTable0(ret);
			},
			__wbg_static_accessor_WINDOW_b5e0810bfecb7feb: function() {
				let ret = typeof window > "u" ? void 0 : window;
				return isLikeNone(ret) ? 0 : addToExternrefTable0(ret);
			},
			__wbg_then_656f253a5dd7d8ea: function(arg0, arg1, arg2) {
				return arg0.then(arg1, arg2);
			},
			__wbg_then_e3f7f2d365708be8: function(arg0, arg1) {
				return arg0.then(arg1);
			},
			__wbg_toString_6b1cac73c93ef5d1: function() {
				return handleError(function(arg0, arg1) {
					return arg0.toString(arg1);
				}, arguments);
			},
			__wbg_verifyRs256_1802377be5d33269: function() {
				return handleError(function(arg0, arg1, arg2, arg3, arg4, arg5, arg6) {
					return arg0.verifyRs256(getStringFromWasm0(arg1, arg2), getArrayU8FromWasm0(arg3, arg4), getArrayU8FromWasm0(arg5, arg6));
				}, arguments);
			},
			__wbindgen_generic_0000000000000001: function(arg0, arg1) {
				return makeMutClosure(arg0, arg1, wasm_bindgen__convert__closures_____invoke__h804f1f8d2d54bcd8);
			},
			__wbindgen_generic_0000000000000002: function(arg0, arg1) {
				return makeMutClosure(arg0, arg1, wasm_bindgen__convert__closures_____invoke__hf7bc1b8ceb13073a);
			},
			__wbindgen_generic_0000000000000003: function(arg0) {
				return arg0;
			},
			__wbindgen_generic_0000000000000004: function(arg0, arg1) {
				return getStringFromWasm0(arg0, arg1);
			},
			__wbindgen_init_externref_table: function() {
				let table = wasm.__wbindgen_externrefs;
				table.set(0, void 0), table.set(1024, void 0), table.set(1025, null), table.set(1026, !0), table.set(1027, !1);
			}
		}
	};
}
function wasm_bindgen__convert__closures_____invoke__hf7bc1b8ceb13073a(arg0, arg1) {
	wasm.wasm_bindgen__convert__closures_____invoke__hf7bc1b8ceb13073a(arg0, arg1);
}
function wasm_bindgen__convert__closures_____invoke__h804f1f8d2d54bcd8(arg0, arg1, arg2) {
	let ret = wasm.wasm_bindgen__convert__closures_____invoke__h804f1f8d2d54bcd8(arg0, arg1, arg2);
	if (ret[1]) throw takeFromExternrefTable0(ret[0]);
}
function wasm_bindgen__convert__closures_____invoke__h9b40fe072ec06310(arg0, arg1, arg2, arg3) {
	wasm.wasm_bindgen__convert__closures_____invoke__h9b40fe072ec06310(arg0, arg1, arg2, arg3);
}
function addToExternrefTable0(obj) {
	let idx = wasm.__externref_table_alloc();
	return wasm.__wbindgen_externrefs.set(idx, obj), idx;
}
const CLOSURE_DTORS = typeof FinalizationRegistry > "u" ? {
	register: () => {},
	unregister: () => {}
} : new FinalizationRegistry((state) => wasm.__wbindgen_destroy_closure(state.a, state.b));
function getArrayU8FromWasm0(ptr, len) {
	return ptr >>>= 0, getUint8ArrayMemory0().subarray(ptr / 1, ptr / 1 + len);
}
let cachedDataViewMemory0 = null;
function getDataViewMemory0() {
	return (cachedDataViewMemory0 === null || cachedDataViewMemory0.buffer.detached === !0 || cachedDataViewMemory0.buffer.detached === void 0 && cachedDataViewMemory0.buffer !== wasm.memory.buffer) && (cachedDataViewMemory0 = new DataView(wasm.memory.buffer)), cachedDataViewMemory0;
}
function getStringFromWasm0(ptr, len) {
	return ptr >>>= 0, decodeText(getUint8ArrayMemory0().subarray(ptr, ptr + len));
}
let cachedUint8ArrayMemory0 = null;
function getUint8ArrayMemory0() {
	return (cachedUint8ArrayMemory0 === null || cachedUint8ArrayMemory0.byteLength === 0) && (cachedUint8ArrayMemory0 = new Uint8Array(wasm.memory.buffer)), cachedUint8ArrayMemory0;
}
function handleError(f, args) {
	try {
		return f.apply(this, args);
	} catch (e) {
		let idx = addToExternrefTable0(e);
		wasm.__wbindgen_exn_store(idx);
	}
}
function isLikeNone(x) {
	return x == null;
}
function makeMutClosure(arg0, arg1, f) {
	let state = {
		a: arg0,
		b: arg1,
		cnt: 1
	}, real = (...args) => {
		state.cnt++;
		let a = state.a;
		state.a = 0;
		try {
			return f(a, state.b, ...args);
		} finally {
			state.a = a, real._wbg_cb_unref();
		}
	};
	return real._wbg_cb_unref = () => {
		--state.cnt === 0 && (wasm.__wbindgen_destroy_closure(state.a, state.b), state.a = 0, CLOSURE_DTORS.unregister(state));
	}, CLOSURE_DTORS.register(real, state, state), real;
}
function passArray8ToWasm0(arg, malloc) {
	let ptr = malloc(arg.length * 1, 1) >>> 0;
	return getUint8ArrayMemory0().set(arg, ptr / 1), WASM_VECTOR_LEN = arg.length, ptr;
}
function passStringToWasm0(arg, malloc, realloc) {
	if (realloc === void 0) {
		let buf = cachedTextEncoder.encode(arg), ptr = malloc(buf.length, 1) >>> 0;
		return getUint8ArrayMemory0().subarray(ptr, ptr + buf.length).set(buf), WASM_VECTOR_LEN = buf.length, ptr;
	}
	let len = arg.length, ptr = malloc(len, 1) >>> 0, mem = getUint8ArrayMemory0(), offset = 0;
	for (; offset < len; offset++) {
		let code = arg.charCodeAt(offset);
		if (code > 127) break;
		mem[ptr + offset] = code;
	}
	if (offset !== len) {
		offset !== 0 && (arg = arg.slice(offset)), ptr = realloc(ptr, len, len = offset + arg.length * 3, 1) >>> 0;
		let view = getUint8ArrayMemory0().subarray(ptr + offset, ptr + len), ret = cachedTextEncoder.encodeInto(arg, view);
		offset += ret.written, ptr = realloc(ptr, len, offset, 1) >>> 0;
	}
	return WASM_VECTOR_LEN = offset, ptr;
}
function takeFromExternrefTable0(idx) {
	let value = wasm.__wbindgen_externrefs.get(idx);
	return wasm.__externref_table_dealloc(idx), value;
}
let cachedTextDecoder = new TextDecoder("utf-8", { ignoreBOM: !0 });
cachedTextDecoder.decode();
let numBytesDecoded = 0;
function decodeText(bytes) {
	return numBytesDecoded += bytes.length, numBytesDecoded >= 2146435072 && (cachedTextDecoder = new TextDecoder("utf-8", { ignoreBOM: !0 }), cachedTextDecoder.decode(), numBytesDecoded = bytes.length), cachedTextDecoder.decode(bytes);
}
const cachedTextEncoder = new TextEncoder();
"encodeInto" in cachedTextEncoder || (cachedTextEncoder.encodeInto = function(arg, view) {
	let buf = cachedTextEncoder.encode(arg);
	return view.set(buf), {
		read: arg.length,
		written: buf.length
	};
});
let WASM_VECTOR_LEN = 0, wasm;
function __wbg_finalize_init(instance, module) {
	return wasm = instance.exports, cachedDataViewMemory0 = null, cachedUint8ArrayMemory0 = null, wasm.__wbindgen_start(), wasm;
}
function initSync(module) {
	if (wasm !== void 0) return wasm;
	module !== void 0 && (Object.getPrototypeOf(module) === Object.prototype ? {module} = module : console.warn("using deprecated parameters for `initSync()`; pass a single object instead"));
	let imports = __wbg_get_imports();
	return module instanceof WebAssembly.Module || (module = new WebAssembly.Module(module)), __wbg_finalize_init(new WebAssembly.Instance(module, imports), module);
}
// js/core/load.js
function loadCore() {
	let file = (0, node_path.join)(__dirname, "dispatch_guard_bg.wasm");
	try {
		let bytes = (0, node_fs.readFileSync)(file);
		if (bytes.length !== 872588) throw Error(`it has ${bytes.length} bytes and should have 872588`);
		initSync({ module: new WebAssembly.Module(bytes) });
	} catch (error) {
		throw new ActionError(`cannot load ${file}: ${error instanceof Error ? error.message : error}`, error instanceof RangeError ? MEMORY_HELP : FILE_HELP, { cause: error });
	}
	return {
		guard: parsed(guard),
		send: parsed(send),
		report: parsed(report),
		reconcile: parsed(reconcile)
	};
}
const FILE_HELP = "Use a released version of the action as it is; the files in `dist/` belong together.", MEMORY_HELP = "Raise the limit on memory or address space (`ulimit -v`), or run the action with Node 24, which needs less of it.";
function parsed(action) {
	return async (...args) => JSON.parse(await action(...args));
}
// js/host/lazy-builtins.js
const load = (0, node_module.createRequire)(__filename), loadHttps = () => load("node:https");
Object.defineProperty(exports, "CONTRACT", {
	enumerable: !0,
	get: function() {
		return CONTRACT;
	}
}), Object.defineProperty(exports, "loadCore", {
	enumerable: !0,
	get: function() {
		return loadCore;
	}
}), Object.defineProperty(exports, "loadHttps", {
	enumerable: !0,
	get: function() {
		return loadHttps;
	}
}), Object.defineProperty(exports, "main", {
	enumerable: !0,
	get: function() {
		return main;
	}
});
