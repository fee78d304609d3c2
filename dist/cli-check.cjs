"use strict";
const require_action = require("./action.cjs"), require_events = require("./events.cjs"), require_judge = require("./cli-judge.cjs"), require_cli = require("./cli.cjs"), require_show = require("./show.cjs"), require_terminal = require("./terminal.cjs");
let node_fs = require("node:fs"), node_buffer = require("node:buffer");
// js/cli/check.js
async function run(values, positionals) {
	let options = values, core = require_judge.openCore(), flat = list(values.flat), known = flat.length > 0 ? core.vocabulary().flat : [], isFlat = (word) => known.some((name) => word.startsWith(`${name}=`));
	flat.push(...positionals.filter(isFlat));
	let words = [...list(values.event), ...positionals.filter((word) => !isFlat(word))];
	if (words.length === 0) throw new require_cli.Misuse("say which event: `--event FILE`; `dispatch-guard check --help` tells more");
	let events = words.map((word) => require_events.openEvent(word, options["event-name"])), policies = readPolicies(list(values.policy), flat), { against, record } = options;
	if (against !== void 0 && policies.length > 1) throw new require_cli.Misuse("`--against` compares with one policy");
	let old = against === void 0 ? [] : [against === "recorded" ? {
		label: require_events.RECORDED,
		then: !0
	} : readPolicy(against)], missed = new Set(), ask = openAsker(core, options, (file) => missed.add(file)), cases = [];
	for (let event of events) {
		let row = [];
		for (let rules of [...old, ...rulesOf(event, policies)]) row.push(await ask(event, rules));
		cases.push(row);
	}
	record !== void 0 && writeEvidence(record, cases.flat());
	for (let file of missed) require_cli.printError(require_cli.oneLine(`dispatch-guard: there is no ${file}, which counts as a 404`));
	return (against === void 0 ? reportDecisions : reportChanges)(cases, values.json === !0);
}
function reportDecisions(cases, asJson) {
	let { width, paint } = require_terminal.terminal(), all = cases.flat(), [only] = all;
	if (all.length === 1 && only !== void 0) require_cli.print(asJson ? only.answer.result : require_show.decisionText(only, width, paint));
	else {
		let texts = all.map(({ event, rules, answer }) => `${require_cli.json({
			event: event.label,
			policy: rules.label
		}).slice(0, -1)},"result":${answer.result}}`);
		require_cli.print(asJson ? `[${texts.join(",")}]` : require_show.matrixText(cases, width, paint));
	}
	return Math.max(...all.map(({ answer }) => answer.exit_code));
}
function reportChanges(cases, asJson) {
	let { width, paint } = require_terminal.terminal(), pairs = cases, texts = pairs.map(([before, after]) => {
		let names = {
			event: after.event.label,
			against: before.rules.label,
			policy: after.rules.label
		};
		return `${require_cli.json({
			...names,
			changed: require_show.isChange(before, after)
		}).slice(0, -1)},"before":${before.answer.result},"result":${after.answer.result}}`;
	});
	if (require_cli.print(asJson ? `[${texts.join(",")}]` : require_show.changesText(pairs, width, paint)), cases.flat().some(({ rules, answer }) => answer.exit_code === 2 && !rules.then)) return 2;
	let changed = pairs.filter(([before, after]) => require_show.isChange(before, after)).flat(), errors = changed.map(({ answer }) => answer.exit_code).filter((status) => status > 2);
	return Math.max(Number(changed.length > 0), ...errors);
}
function openAsker(core, options, missed) {
	let url = options["api-url"], token = url === void 0 ? "" : process.env.GITHUB_TOKEN ?? "";
	if (url !== void 0 && token === "") throw new require_cli.Misuse("`--api-url` needs a token in the variable GITHUB_TOKEN");
	if (url !== void 0 && options.api !== void 0) throw new require_cli.Misuse("`--api` and `--api-url` exclude each other");
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
		signing_keys: keys === void 0 ? "" : readText(keys, "the file of keys")
	}, world = require_action.openHost({
		mask() {},
		redact: (text) => token === "" ? text : text.replaceAll(token, "***")
	}), given = openAnswers(options.api, missed), none = require_events.noAnswers("this is offline, so nothing was asked"), at = options.at === void 0 ? void 0 : readTime(options.at);
	return async (event, rules) => {
		if (rules.then) {
			if (!event.evidence) throw new require_cli.Misuse(`\`${event.label}\` is no evidence, so no decision stands in it`);
			return {
				event,
				rules,
				answer: require_judge.answered(core.recordedDecision(event.bytes))
			};
		}
		if (event.eventName === void 0) throw new require_cli.Misuse(`say which event \`${event.label}\` holds: \`--event-name NAME\``);
		let question = {
			...common,
			policy: rules.policy,
			flat: rules.flat,
			event_name: event.eventName,
			event_path: event.label,
			environment: event.environment,
			at: at !== void 0,
			record: options.record !== void 0,
			answers: url !== void 0 || given.respond ? "host" : "",
			evidence: given.evidence
		}, host = {
			...world,
			...url === void 0 ? { request: given.respond ?? event.respond ?? none } : {},
			...at === void 0 ? {} : { now: () => at }
		};
		return {
			event,
			rules,
			answer: require_judge.answered(await core.check(JSON.stringify(question), event.bytes, host))
		};
	};
}
function openAnswers(path, missed) {
	if (path === void 0) return {};
	let found = (0, node_fs.statSync)(path, { throwIfNoEntry: !1 });
	if (found === void 0) throw new require_cli.Misuse(`\`--api\` is \`${path}\`, and there is no such folder or file`);
	return found.isDirectory() ? { respond: require_events.answersFrom(path, missed) } : { evidence: readText(path, "the evidence") };
}
function writeEvidence(path, cases) {
	let [only] = cases;
	if (cases.length !== 1 || !only?.answer.evidence) throw new require_cli.Misuse("`--record` takes one event and one policy");
	try {
		(0, node_fs.writeFileSync)(path, only.answer.evidence);
	} catch (error) {
		throw new require_cli.Misuse(`the file \`${path}\` cannot be written: ${error instanceof Error ? error.message : error}`);
	}
}
function readPolicies(files, flat) {
	if (files.length > 0 && flat.length > 0) throw new require_cli.Misuse("`--policy` and `--flat` exclude each other");
	return flat.length > 0 ? [{
		label: "flat inputs",
		flat
	}] : files.map(readPolicy);
}
function readPolicy(file) {
	return {
		label: file === "-" ? "<stdin>" : file,
		policy: readText(file, "the policy")
	};
}
function rulesOf(event, given) {
	if (given.length > 0) return given;
	if (event.rules !== void 0) return [event.rules];
	throw new require_cli.Misuse(`say by which rules \`${event.label}\` is judged: \`--policy FILE\` or \`--flat NAME=VALUE\``);
}
function readText(file, what) {
	let bytes = require_cli.readBytes(file, `${what} \`${file}\``);
	if (!(0, node_buffer.isUtf8)(bytes)) throw new require_cli.Misuse(`${what} \`${file}\` is not UTF-8 text`);
	return bytes.toString();
}
function readTime(text) {
	let [, date = ""] = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.exec(text) ?? [], day = new Date(Date.parse(date) || 0).toISOString().slice(0, 10), time = Date.parse(text);
	if (day === date && time >= 0) return time;
	throw new require_cli.Misuse(`\`--at\` is \`${text}\`; it has to be a time such as \`2026-01-31T08:00:00Z\``);
}
function list(value) {
	return value ?? [];
}
exports.run = run;
