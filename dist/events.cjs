"use strict";
const require_cli = require("./cli.cjs");
let node_fs = require("node:fs"), node_path = require("node:path"), node_module = require("node:module");
// js/cli/answers.js
const NOT_FOUND = answer(404, "{\"message\":\"Not Found\",\"status\":\"404\"}");
function answer(status, body) {
	return {
		status,
		headers: { "content-type": "application/json; charset=utf-8" },
		body
	};
}
function noAnswers(why) {
	return async () => ({ fault: {
		kind: "offline",
		message: why,
		sent: !1
	} });
}
function answersByPath(bodies) {
	return async ({ url }) => {
		let body = bodies.get(pathOf(url));
		return body === void 0 ? NOT_FOUND : answer(200, body);
	};
}
function answersFrom(folder, missed) {
	return list(folder), async ({ url }) => {
		let segments = pathOf(url).split("/").slice(1).map(decoded);
		if (segments.includes("")) return NOT_FOUND;
		let name = segments.pop() ?? "", directory = (0, node_path.join)(folder, ...segments), files = list(directory, !0), read = (file) => (0, node_fs.readFileSync)((0, node_path.join)(directory, file), "utf8");
		if (files.includes(`${name}.json`)) return answer(200, page(read(`${name}.json`), url));
		let refusal = files.find((file) => file.startsWith(name) && /^\.[345]\d\d\.json$/.test(file.slice(name.length)));
		return refusal === void 0 ? (missed((0, node_path.join)(directory, `${name}.json`)), NOT_FOUND) : answer(Number(refusal.slice(name.length + 1, name.length + 4)), read(refusal));
	};
}
function page(body, url) {
	let { searchParams } = new URL(url), size = Number(searchParams.get("per_page") ?? 0);
	if (size === 0) return body;
	let start = (Number(searchParams.get("page") ?? 1) - 1) * size;
	try {
		let list = JSON.parse(body);
		return Array.isArray(list) ? JSON.stringify(list.slice(start, start + size)) : body;
	} catch {
		return body;
	}
}
function pathOf(url) {
	let { host, pathname } = new URL(url);
	return host.startsWith("token.actions.") || pathname.includes("/.well-known/") ? `/${host}${pathname}` : pathname.replace(/^\/api\/v3(?=\/)/, "");
}
function decoded(segment) {
	let name = decodeURIComponent(segment);
	return /^\.{1,2}$|[/\\\0]/.test(name) ? "" : name;
}
function list(folder, optional = !1) {
	try {
		return (0, node_fs.readdirSync)(folder);
	} catch (error) {
		if (optional) return [];
		throw require_cli.unreadable(error, `the folder \`${folder}\``);
	}
}
// js/cli/events.js
const RECORDED = "recorded", EXAMPLES = "@octokit/webhooks-examples", samples = () => new URL("../samples/", require("url").pathToFileURL(__filename).href);
function sampleNames() {
	return ((0, node_fs.existsSync)(samples()) ? (0, node_fs.readdirSync)(samples()) : []).flatMap((file) => /^([^.]+)\.json$/.exec(file)?.[1] ?? []);
}
function openEvent(word, otherwise) {
	let [, said = otherwise, name = word] = /^([a-z_]+)=(.+)$/s.exec(word) ?? [], source = /[\\/]|\.json$/.test(name) || (0, node_fs.statSync)(name, { throwIfNoEntry: !1 })?.isFile() ? openFile(name) : openNamed(name);
	return said === void 0 ? source : {
		...source,
		eventName: said
	};
}
function openFile(path) {
	let bytes = require_cli.readBytes(path, `the event \`${path}\``), recorded = evidenceIn(bytes);
	return recorded === void 0 ? {
		label: path,
		bytes
	} : {
		label: path,
		bytes,
		evidence: !0,
		eventName: String(recorded.environment?.GITHUB_EVENT_NAME ?? ""),
		rules: { label: RECORDED }
	};
}
function evidenceIn(bytes) {
	if (bytes.includes("\"exchanges\"")) try {
		let document = JSON.parse(bytes.toString());
		return Array.isArray(document?.exchanges) && document.decision ? document : void 0;
	} catch {
		return;
	}
}
function openNamed(name) {
	if (sampleNames().includes(name)) return openSample(name);
	let example = openExample(name);
	if (example !== void 0) return example;
	throw new require_cli.Misuse(`there is no file, sample or example \`${name}\`; the samples are ${sampleNames().join(", ")}; examples are named like \`pull_request.opened\` and need the package ${EXAMPLES}`);
}
function openSample(name) {
	let read = (file) => (0, node_fs.readFileSync)(new URL(file, samples())), { event_name, event, inputs, environment = {}, answers = {} } = JSON.parse(read(`${name}.json`).toString()), text = (value) => [value].flat().join("\n"), { policy, ...flat } = inputs, given = Object.entries(flat).map(([input, value]) => `${input}=${text(value)}`), bodies = Object.entries(answers).map(([path, file]) => [path, read(file).toString()]);
	return {
		label: name,
		bytes: read(event),
		eventName: event_name,
		environment,
		rules: {
			label: "of the sample",
			...policy === void 0 ? { flat: given } : { policy: text(policy) }
		},
		respond: answersByPath(new Map(bodies))
	};
}
function openExample(name) {
	let events = loadExamples(), [eventName, ...rest] = name.split("."), event = events?.find((candidate) => candidate.name === eventName);
	if (event === void 0) return;
	let number = /^[1-9]\d*$/.test(rest.at(-1) ?? "") ? Number(rest.pop()) : 1, [action] = rest, example = event.examples.filter((example) => action === void 0 || example.action === action)[number - 1];
	if (example !== void 0) return {
		label: name,
		bytes: Buffer.from(JSON.stringify(example)),
		eventName: event.name
	};
	let actions = [...new Set(event.examples.map((example) => example.action))].filter(Boolean), known = actions.length > 0 ? `; there are examples of ${actions.join(", ")}` : "";
	throw new require_cli.Misuse(`there is no example \`${name}\`${known}`);
}
function loadExamples() {
	for (let from of [(0, node_path.join)(process.cwd(), "package.json"), __filename]) try {
		return JSON.parse((0, node_fs.readFileSync)((0, node_module.createRequire)(from).resolve(EXAMPLES), "utf8"));
	} catch {}
}
Object.defineProperty(exports, "RECORDED", {
	enumerable: !0,
	get: function() {
		return RECORDED;
	}
}), Object.defineProperty(exports, "answersFrom", {
	enumerable: !0,
	get: function() {
		return answersFrom;
	}
}), Object.defineProperty(exports, "noAnswers", {
	enumerable: !0,
	get: function() {
		return noAnswers;
	}
}), Object.defineProperty(exports, "openEvent", {
	enumerable: !0,
	get: function() {
		return openEvent;
	}
}), Object.defineProperty(exports, "sampleNames", {
	enumerable: !0,
	get: function() {
		return sampleNames;
	}
});
