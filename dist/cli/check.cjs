"use strict";
const require_host = require("./host.cjs"), require_input = require("./input.cjs"), require_core = require("./core.cjs"), require_repository = require("./repository.cjs"), require_main = require("./main.cjs"), require_render = require("./render.cjs"), require_terminal = require("./terminal.cjs");
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
function offlineApi(why) {
	return async () => ({ fault: {
		kind: "offline",
		message: why,
		sent: !1
	} });
}
function apiFromMap(bodies) {
	return async ({ url }) => {
		let body = bodies.get(pathOf(url));
		return body === void 0 ? NOT_FOUND : answer(200, body);
	};
}
function apiFromDirectory(root, onMissingFile) {
	return list$1(root), async ({ url }) => {
		let segments = pathOf(url).split("/").slice(1).map(decoded);
		if (segments.includes("")) return NOT_FOUND;
		let name = segments.pop() ?? "", directory = (0, node_path.join)(root, ...segments), files = list$1(directory, !0), read = (file) => require_input.readJson((0, node_path.join)(directory, file), `the answer \`${file}\``).toString();
		if (files.includes(`${name}.json`)) return answer(200, page(read(`${name}.json`), url));
		let refusal = files.find((file) => file.startsWith(name) && /^\.[345]\d\d\.json$/.test(file.slice(name.length)));
		return refusal === void 0 ? (onMissingFile((0, node_path.join)(directory, `${name}.json`)), NOT_FOUND) : answer(Number(refusal.slice(name.length + 1, name.length + 4)), read(refusal));
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
function list$1(directory, optional = !1) {
	try {
		return (0, node_fs.readdirSync)(directory);
	} catch (error) {
		if (optional) return [];
		throw require_input.unreadable(error, `the directory \`${directory}\``);
	}
}
// js/cli/events.js
const RECORDED = "recorded", EXAMPLES = "@octokit/webhooks-examples", samples = () => new URL("../../samples/", require("url").pathToFileURL(__filename).href);
function sampleNames() {
	return ((0, node_fs.existsSync)(samples()) ? (0, node_fs.readdirSync)(samples()) : []).flatMap((file) => /^([^.]+)\.json$/.exec(file)?.[1] ?? []);
}
function openEvent(word, defaultName) {
	let [, eventName = defaultName, name = word] = /^([a-z_]+)=(.+)$/s.exec(word) ?? [], source = name === "-" || /[\\/]|\.json$/.test(name) || (0, node_fs.statSync)(name, { throwIfNoEntry: !1 })?.isFile() ? openFile(name) : openNamed(name);
	return eventName === void 0 ? source : {
		...source,
		eventName
	};
}
function openFile(path) {
	let bytes = require_input.readJson(path, `the event \`${path}\``), label = path === "-" ? "<stdin>" : path, recorded = evidenceIn(bytes);
	return recorded === void 0 ? {
		label,
		bytes
	} : {
		label,
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
	throw new require_main.UsageError(`no file, sample or example \`${name}\`; the samples are ${sampleNames().join(", ")}; examples are named like \`pull_request.opened\` and need the package ${EXAMPLES}`);
}
function openSample(name) {
	let read = (file) => (0, node_fs.readFileSync)(new URL(file, samples())), { event_name, event, inputs, environment = {}, answers = {} } = JSON.parse(read(`${name}.json`).toString()), text = (value) => [value].flat().join("\n"), { policy, ...flat } = inputs, given = Object.entries(flat).map(([input, value]) => `${input}=${text(value)}`), bodies = Object.entries(answers).map(([path, file]) => [path, read(file).toString()]);
	return {
		label: name,
		bytes: read(event),
		eventName: event_name,
		environment,
		rules: {
			label: "the sample",
			...policy === void 0 ? { flat: given } : { policy: text(policy) }
		},
		respond: apiFromMap(new Map(bodies))
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
	let actions = [...new Set(event.examples.map((example) => example.action))].filter(Boolean), known = actions.length > 0 ? `; there are examples for ${actions.join(", ")}` : "";
	throw new require_main.UsageError(`no example \`${name}\`${known}`);
}
function loadExamples() {
	for (let from of [(0, node_path.join)(process.cwd(), "package.json"), __filename]) try {
		return JSON.parse((0, node_fs.readFileSync)((0, node_module.createRequire)(from).resolve(EXAMPLES), "utf8"));
	} catch {}
}
// js/cli/check.js
async function run(values, positionals) {
	let options = values, core = require_core.loadCore(), flat = list(values.flat), isFlat = (word) => flat.length > 0 && /^[a-z-]+=/.test(word);
	flat.push(...positionals.filter(isFlat));
	let words = [...list(values.event), ...positionals.filter((word) => !isFlat(word))];
	if (words.length === 0) throw new require_main.UsageError("name an event: `--event FILE`; see `dispatch-guard check --help`");
	let events = words.map((word) => openEvent(word, options["event-name"])), policies = readPolicies(core, options, list(values.policy), flat), { against, record } = options;
	if (against !== void 0 && policies.length > 1) throw new require_main.UsageError("`--against` compares with one policy");
	let baseline = against === void 0 ? [] : [against === "recorded" ? {
		label: RECORDED,
		recorded: !0
	} : readPolicy(against)], missingFiles = new Set(), check = createChecker(core, options, (file) => missingFiles.add(file)), cases = [];
	for (let event of events) {
		let row = [];
		for (let rules of [...baseline, ...rulesOf(event, policies)]) row.push(await check(event, rules));
		cases.push(row);
	}
	record !== void 0 && writeEvidence(record, cases.flat());
	for (let file of missingFiles) require_main.printError(require_main.escapeLine(`dispatch-guard: ${file} does not exist; answered with 404`));
	return (against === void 0 ? reportDecisions : reportChanges)(cases, values.json === !0);
}
function reportDecisions(cases, asJson) {
	let all = cases.flat(), [only] = all;
	if (all.length === 1 && only !== void 0) require_main.print(asJson ? only.answer.result : require_render.renderDecision(only, require_terminal.terminal()));
	else {
		let texts = all.map(({ event, rules, answer }) => `${require_main.stringifySafe({
			event: event.label,
			policy: rules.label
		}).slice(0, -1)},"result":${answer.result}}`);
		require_main.print(asJson ? `[${texts.join(",")}]` : require_render.renderMatrix(cases, require_terminal.terminal()));
	}
	return Math.max(...all.map(({ answer }) => answer.exit_code));
}
function reportChanges(cases, asJson) {
	let pairs = cases, texts = pairs.map(([before, after]) => {
		let names = {
			event: after.event.label,
			against: before.rules.label,
			policy: after.rules.label
		};
		return `${require_main.stringifySafe({
			...names,
			changed: require_render.isChange(before, after)
		}).slice(0, -1)},"before":${before.answer.result},"result":${after.answer.result}}`;
	});
	if (require_main.print(asJson ? `[${texts.join(",")}]` : require_render.renderChanges(pairs, require_terminal.terminal())), cases.flat().some(({ rules, answer }) => answer.exit_code === 2 && !rules.recorded)) return 2;
	let changed = pairs.filter(([before, after]) => require_render.isChange(before, after)).flat(), errors = changed.map(({ answer }) => answer.exit_code).filter((status) => status > 2);
	return Math.max(Number(changed.length > 0), ...errors);
}
function createChecker(core, options, onMissingFile) {
	let url = options["api-url"], token = url === void 0 ? "" : process.env.GITHUB_TOKEN ?? "";
	if (url !== void 0 && token === "") throw new require_main.UsageError("`--api-url` needs a token in the variable GITHUB_TOKEN");
	if (url !== void 0 && options.api !== void 0) throw new require_main.UsageError("`--api` and `--api-url` exclude each other");
	let keys = options["signing-keys"], common = {
		repository: options.repository,
		actor: options.actor,
		triggering_actor: options["triggering-actor"],
		run_id: options["run-id"],
		run_attempt: options["run-attempt"],
		workflow_ref: options["workflow-ref"],
		server_url: options["server-url"],
		api_url: url,
		token,
		signing_keys: keys === void 0 ? "" : require_input.readText(keys, `the file of keys \`${keys}\``)
	}, host = require_host.createHost({
		mask() {},
		progress() {},
		interimOutputs() {},
		redact: (text) => token === "" ? text : text.replaceAll(token, "***")
	}), apiAnswers = openAnswers(options.api, onMissingFile), offline = offlineApi("the command line is offline; no request was made"), at = options.at === void 0 ? void 0 : readTime(options.at);
	return async (event, rules) => {
		if (rules.recorded) {
			if (!event.evidence) throw new require_main.UsageError(`\`${event.label}\` is not evidence, so it has no recorded decision`);
			return {
				event,
				rules,
				answer: require_core.unwrap(core.recordedDecision(event.bytes))
			};
		}
		if (event.eventName === void 0) throw new require_main.UsageError(`name the event in \`${event.label}\`: \`--event-name NAME\``);
		let request = {
			...common,
			policy: rules.policy,
			flat: rules.flat,
			inputs: rules.inputs,
			event_name: event.eventName,
			event_path: event.label,
			environment: event.environment,
			at: at !== void 0,
			record: options.record !== void 0,
			answers: url !== void 0 || apiAnswers.respond ? "host" : "",
			evidence: apiAnswers.evidence
		}, checkHost = {
			...host,
			...url === void 0 ? { request: apiAnswers.respond ?? event.respond ?? offline } : {},
			...at === void 0 ? {} : { now: () => at }
		};
		return {
			event,
			rules,
			answer: require_core.unwrap(await core.check(JSON.stringify(request), event.bytes, checkHost))
		};
	};
}
function openAnswers(path, onMissingFile) {
	if (path === void 0) return {};
	let found = (0, node_fs.statSync)(path, { throwIfNoEntry: !1 });
	if (found === void 0) throw new require_main.UsageError(`there is no file or directory \`${path}\`, which \`--api\` names`);
	return found.isDirectory() ? { respond: apiFromDirectory(path, onMissingFile) } : { evidence: require_input.readJson(path, `the evidence \`${path}\``).toString() };
}
function writeEvidence(path, cases) {
	let [only] = cases;
	if (cases.length !== 1 || !only?.answer.evidence) throw new require_main.UsageError("`--record` needs one event and one policy");
	try {
		(0, node_fs.writeFileSync)(path, only.answer.evidence);
	} catch (error) {
		throw new require_main.UsageError(`the file \`${path}\` cannot be written: ${error instanceof Error ? error.message : error}`);
	}
}
function readPolicies(core, options, files, flat) {
	let { workflow, job } = options;
	if (Number(files.length > 0) + Number(flat.length > 0) + Number(workflow !== void 0) > 1) throw new require_main.UsageError("`--policy`, `--workflow` and `--flat` exclude each other");
	if (workflow !== void 0) {
		let text = require_input.readText(workflow, `the workflow \`${workflow}\``), step = core.workflowStep(text, job ?? "", require_repository.repositoryFiles(require_repository.findRoot()));
		return [{
			label: workflow,
			inputs: require_core.unwrap(step, `\`${workflow}\``)
		}];
	}
	if (job !== void 0) throw new require_main.UsageError("`--job` needs `--workflow`");
	return flat.length > 0 ? [{
		label: "shorthand inputs",
		flat
	}] : files.map(readPolicy);
}
function readPolicy(file) {
	return {
		label: file === "-" ? "<stdin>" : file,
		policy: require_input.readText(file, `the policy \`${file}\``)
	};
}
function rulesOf(event, given) {
	if (given.length > 0) return given;
	if (event.rules !== void 0) return [event.rules];
	throw new require_main.UsageError(`no rules for \`${event.label}\`: give \`--policy FILE\` or \`--flat NAME=VALUE\``);
}
function readTime(text) {
	let [, date = ""] = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.exec(text) ?? [], day = new Date(Date.parse(date) || 0).toISOString().slice(0, 10), time = Date.parse(text);
	if (day === date && time >= 0) return time;
	throw new require_main.UsageError(`\`--at\` is \`${text}\`; expected a time such as \`2026-01-31T08:00:00Z\``);
}
function list(value) {
	return value ?? [];
}
exports.run = run;
