"use strict";
const require_main = require("./main.cjs"), getCodePointsLength = (() => {
	let SURROGATE_PAIR_RE = /[\uD800-\uDBFF][\uDC00-\uDFFF]/g;
	return (input) => {
		let surrogatePairsNr = 0;
		for (SURROGATE_PAIR_RE.lastIndex = 0; SURROGATE_PAIR_RE.test(input);) surrogatePairsNr += 1;
		return input.length - surrogatePairsNr;
	};
})(), isFullWidth = (x) => x === 12288 || x >= 65281 && x <= 65376 || x >= 65504 && x <= 65510, isWideNotCJKTNotEmoji = (x) => x === 8987 || x === 9001 || x >= 12272 && x <= 12287 || x >= 12289 && x <= 12350 || x >= 12441 && x <= 12543 || x >= 12549 && x <= 12591 || x >= 12593 && x <= 12686 || x >= 12688 && x <= 12771 || x >= 12783 && x <= 12830 || x >= 12832 && x <= 12871 || x >= 12880 && x <= 19903 || x >= 65040 && x <= 65049 || x >= 65072 && x <= 65106 || x >= 65108 && x <= 65126 || x >= 65128 && x <= 65131 || x >= 127488 && x <= 127490 || x >= 127504 && x <= 127547 || x >= 127552 && x <= 127560 || x >= 131072 && x <= 196605 || x >= 196608 && x <= 262141, ANSI_RE = /[\u001b\u009b][[()#;?]*(?:[0-9]{1,4}(?:;[0-9]{0,4})*)?[0-9A-ORZcf-nqry=><]|\u001b\]8;[^;]*;.*?(?:\u0007|\u001b\u005c)/y, CONTROL_RE = /[\x00-\x08\x0A-\x1F\x7F-\x9F]{1,1000}/y, CJKT_WIDE_RE = /(?:(?![\uFF61-\uFF9F\uFF00-\uFFEF])[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Tangut}]){1,1000}/uy, TAB_RE = /\t{1,1000}/y, EMOJI_RE = /[\u{1F1E6}-\u{1F1FF}]{2}|\u{1F3F4}[\u{E0061}-\u{E007A}]{2}[\u{E0030}-\u{E0039}\u{E0061}-\u{E007A}]{1,3}\u{E007F}|(?:\p{Emoji}\uFE0F\u20E3?|\p{Emoji_Modifier_Base}\p{Emoji_Modifier}?|\p{Emoji_Presentation})(?:\u200D(?:\p{Emoji_Modifier_Base}\p{Emoji_Modifier}?|\p{Emoji_Presentation}|\p{Emoji}\uFE0F\u20E3?))*/uy, LATIN_RE = /(?:[\x20-\x7E\xA0-\xFF](?!\uFE0F)){1,1000}/y, MODIFIER_RE = /\p{M}+/gu, NO_TRUNCATION$1 = {
	limit: Infinity,
	ellipsis: ""
}, getStringTruncatedWidth = (input, truncationOptions = {}, widthOptions = {}) => {
	let LIMIT = truncationOptions.limit ?? Infinity, ELLIPSIS = truncationOptions.ellipsis ?? "", ELLIPSIS_WIDTH = truncationOptions?.ellipsisWidth ?? (ELLIPSIS ? getStringTruncatedWidth(ELLIPSIS, NO_TRUNCATION$1, widthOptions).width : 0), CONTROL_WIDTH = widthOptions.controlWidth ?? 0, TAB_WIDTH = widthOptions.tabWidth ?? 8, EMOJI_WIDTH = widthOptions.emojiWidth ?? 2, REGULAR_WIDTH = widthOptions.regularWidth ?? 1, WIDE_WIDTH = widthOptions.wideWidth ?? 2, PARSE_BLOCKS = [
		[LATIN_RE, REGULAR_WIDTH],
		[ANSI_RE, 0],
		[CONTROL_RE, CONTROL_WIDTH],
		[TAB_RE, TAB_WIDTH],
		[EMOJI_RE, EMOJI_WIDTH],
		[CJKT_WIDE_RE, WIDE_WIDTH]
	], indexPrev = 0, index = 0, length = input.length, lengthExtra = 0, truncationEnabled = !1, truncationIndex = length, truncationLimit = Math.max(0, LIMIT - ELLIPSIS_WIDTH), unmatchedStart = 0, unmatchedEnd = 0, width = 0, widthExtra = 0;
	outer: for (;;) {
		if (unmatchedEnd > unmatchedStart || index >= length && index > indexPrev) {
			let unmatched = input.slice(unmatchedStart, unmatchedEnd) || input.slice(indexPrev, index);
			lengthExtra = 0;
			for (let char of unmatched.replaceAll(MODIFIER_RE, "")) {
				let codePoint = char.codePointAt(0) || 0;
				if (widthExtra = isFullWidth(codePoint) ? 2 : isWideNotCJKTNotEmoji(codePoint) ? WIDE_WIDTH : REGULAR_WIDTH, width + widthExtra > truncationLimit && (truncationIndex = Math.min(truncationIndex, Math.max(unmatchedStart, indexPrev) + lengthExtra)), width + widthExtra > LIMIT) {
					truncationEnabled = !0;
					break outer;
				}
				lengthExtra += char.length, width += widthExtra;
			}
			unmatchedStart = unmatchedEnd = 0;
		}
		if (index >= length) break outer;
		for (let i = 0, l = PARSE_BLOCKS.length; i < l; i++) {
			let [BLOCK_RE, BLOCK_WIDTH] = PARSE_BLOCKS[i];
			if (BLOCK_RE.lastIndex = index, BLOCK_RE.test(input)) {
				if (lengthExtra = BLOCK_RE === CJKT_WIDE_RE ? getCodePointsLength(input.slice(index, BLOCK_RE.lastIndex)) : BLOCK_RE === EMOJI_RE ? 1 : BLOCK_RE.lastIndex - index, widthExtra = lengthExtra * BLOCK_WIDTH, width + widthExtra > truncationLimit && (truncationIndex = Math.min(truncationIndex, index + Math.floor((truncationLimit - width) / BLOCK_WIDTH))), width + widthExtra > LIMIT) {
					truncationEnabled = !0;
					break outer;
				}
				width += widthExtra, unmatchedStart = indexPrev, unmatchedEnd = index, index = indexPrev = BLOCK_RE.lastIndex;
				continue outer;
			}
		}
		index += 1;
	}
	return {
		width: truncationEnabled ? truncationLimit : width,
		index: truncationEnabled ? truncationIndex : length,
		truncated: truncationEnabled,
		ellipsed: truncationEnabled && LIMIT >= ELLIPSIS_WIDTH
	};
}, NO_TRUNCATION = {
	limit: Infinity,
	ellipsis: "",
	ellipsisWidth: 0
}, fastStringWidth = (input, options = {}) => getStringTruncatedWidth(input, NO_TRUNCATION, options).width, ANSI_ESCAPE_LINK = "]8;;", GROUP_REGEX = RegExp(`(?:\\[(?<code>\\d+)m|\\${ANSI_ESCAPE_LINK}(?<uri>.*))`, "y"), getClosingCode = (openingCode) => {
	if (openingCode >= 30 && openingCode <= 37 || openingCode >= 90 && openingCode <= 97) return 39;
	if (openingCode >= 40 && openingCode <= 47 || openingCode >= 100 && openingCode <= 107) return 49;
	if (openingCode === 1 || openingCode === 2) return 22;
	if (openingCode === 3) return 23;
	if (openingCode === 4) return 24;
	if (openingCode === 7) return 27;
	if (openingCode === 8) return 28;
	if (openingCode === 9) return 29;
	if (openingCode === 0) return 0;
}, wrapAnsiCode = (code) => `[${code}m`, wrapAnsiHyperlink = (url) => `${ANSI_ESCAPE_LINK}${url}`, wrapWord = (rows, word, columns) => {
	let characters = word[Symbol.iterator](), isInsideEscape = !1, isInsideLinkEscape = !1, lastRow = rows.at(-1), visible = lastRow === void 0 ? 0 : fastStringWidth(lastRow), currentCharacter = characters.next(), nextCharacter = characters.next(), rawCharacterIndex = 0;
	for (; !currentCharacter.done;) {
		let character = currentCharacter.value, characterLength = fastStringWidth(character);
		visible + characterLength <= columns ? rows[rows.length - 1] += character : (rows.push(character), visible = 0), (character === "\x1B" || character === "") && (isInsideEscape = !0, isInsideLinkEscape = word.startsWith(ANSI_ESCAPE_LINK, rawCharacterIndex + 1)), isInsideEscape ? isInsideLinkEscape ? character === "\x07" && (isInsideEscape = !1, isInsideLinkEscape = !1) : character === "m" && (isInsideEscape = !1) : (visible += characterLength, visible === columns && !nextCharacter.done && (rows.push(""), visible = 0)), currentCharacter = nextCharacter, nextCharacter = characters.next(), rawCharacterIndex += character.length;
	}
	lastRow = rows.at(-1), !visible && lastRow !== void 0 && lastRow.length && rows.length > 1 && (rows[rows.length - 2] += rows.pop());
}, stringVisibleTrimSpacesRight = (string) => {
	let words = string.split(" "), last = words.length;
	for (; last && !fastStringWidth(words[last - 1]);) last--;
	return last === words.length ? string : words.slice(0, last).join(" ") + words.slice(last).join("");
}, exec = (string, columns, options = {}) => {
	if (options.trim !== !1 && string.trim() === "") return "";
	let returnValue = "", escapeCode, escapeUrl, words = string.split(" "), rows = [""], rowLength = 0;
	for (let index = 0; index < words.length; index++) {
		let word = words[index];
		if (options.trim !== !1) {
			let row = rows.at(-1) ?? "", trimmed = row.trimStart();
			row.length !== trimmed.length && (rows[rows.length - 1] = trimmed, rowLength = fastStringWidth(trimmed));
		}
		index !== 0 && (rowLength >= columns && (options.wordWrap === !1 || options.trim === !1) && (rows.push(""), rowLength = 0), (rowLength || options.trim === !1) && (rows[rows.length - 1] += " ", rowLength++));
		let wordLength = fastStringWidth(word);
		if (options.hard && wordLength > columns) {
			let remainingColumns = columns - rowLength, breaksStartingThisLine = 1 + Math.floor((wordLength - remainingColumns - 1) / columns);
			Math.floor((wordLength - 1) / columns) < breaksStartingThisLine && rows.push(""), wrapWord(rows, word, columns), rowLength = fastStringWidth(rows.at(-1) ?? "");
		} else {
			if (rowLength + wordLength > columns && rowLength && wordLength) {
				if (options.wordWrap === !1 && rowLength < columns) {
					wrapWord(rows, word, columns), rowLength = fastStringWidth(rows.at(-1) ?? "");
					continue;
				}
				rows.push(""), rowLength = 0;
			}
			rowLength + wordLength > columns && options.wordWrap === !1 ? (wrapWord(rows, word, columns), rowLength = fastStringWidth(rows.at(-1) ?? "")) : (rows[rows.length - 1] += word, rowLength += wordLength);
		}
	}
	options.trim !== !1 && (rows = rows.map((row) => stringVisibleTrimSpacesRight(row)));
	let preString = rows.join("\n"), inSurrogate = !1;
	for (let i = 0; i < preString.length; i++) {
		let character = preString[i];
		if (returnValue += character, inSurrogate) inSurrogate = !1;
		else if (inSurrogate = character >= "\ud800" && character <= "\udbff", inSurrogate) continue;
		if (character === "\x1B" || character === "") {
			GROUP_REGEX.lastIndex = i + 1;
			let groups = GROUP_REGEX.exec(preString)?.groups;
			if (groups?.code !== void 0) {
				let code = Number.parseFloat(groups.code);
				escapeCode = code === 39 ? void 0 : code;
			} else groups?.uri !== void 0 && (escapeUrl = groups.uri.length === 0 ? void 0 : groups.uri);
		}
		if (preString[i + 1] === "\n") {
			escapeUrl && (returnValue += wrapAnsiHyperlink(""));
			let closingCode = escapeCode ? getClosingCode(escapeCode) : void 0;
			escapeCode && closingCode && (returnValue += wrapAnsiCode(closingCode));
		} else character === "\n" && (escapeCode && getClosingCode(escapeCode) && (returnValue += wrapAnsiCode(escapeCode)), escapeUrl && (returnValue += wrapAnsiHyperlink(escapeUrl)));
	}
	return returnValue;
}, CRLF_OR_LF = /\r?\n/;
function wrapAnsi(string, columns, options) {
	return String(string).normalize().split(CRLF_OR_LF).map((line) => exec(line, columns, options)).join("\n");
}
// js/cli/render.js
const VERDICTS = {
	allow: {
		mark: "✓",
		format: "green"
	},
	deny: {
		mark: "✗",
		format: "red"
	},
	error: {
		mark: "!",
		format: "yellow"
	}
}, STATUSES = {
	pass: {
		mark: "✓",
		format: "green"
	},
	fail: {
		mark: "✗",
		format: "red"
	},
	skip: {
		mark: "-",
		format: "dim"
	}
};
function resultOf({ answer }) {
	return JSON.parse(answer.result);
}
function isChange(before, after) {
	let [a, b] = [resultOf(before), resultOf(after)];
	return a.decision !== b.decision || a.reason_code !== b.reason_code;
}
function renderDecision(decided, { width, style }) {
	let { event, rules, answer } = decided, result = resultOf(decided), { format } = VERDICTS[result.decision], kind = [result.event.name, result.event.type].filter(Boolean).join(", "), facts = [
		["event", kind === "" ? event.label : `${event.label} (${kind})`],
		["policy", rules.label],
		...result.api_requests.map((call) => ["request", requestText(call)])
	], blocks = [
		[`${style("bold", style(format, result.decision.toUpperCase()))}  ${style("bold", require_main.escapeLine(result.reason_code))}`, ...wrap(sentence(result.reason), width, "  ")],
		facts.flatMap(([name = "", text = ""]) => wrap(require_main.escapeLine(text), width, `  ${style("cyan", name.padEnd(8))}`)),
		checkLines(result, {
			width,
			style
		})
	];
	if (answer.errors.length > 0) {
		let lines = answer.errors.map(({ line, column, message }) => `${rules.label}:${line}:${column}: ${message}`);
		blocks.push(lines.flatMap((line) => wrap(require_main.escapeLine(line), width, "  ")));
	}
	return result.help !== "" && blocks.push(wrap(require_main.escapeLine(result.help), width, `  ${style("cyan", "help")}    `)), sanitize(blocks.map((lines) => lines.join("\n")).join("\n\n"));
}
function checkLines({ checks }, { width, style }) {
	let rows = checks.map((check) => {
		let step = require_main.escapeLine(check.step === "config" ? "configuration" : check.step.replaceAll("_", " ")), name = require_main.escapeLine(check.check);
		return {
			...check,
			step,
			check: name === step ? "" : name
		};
	}), steps = Math.max(0, ...rows.map(({ step }) => fastStringWidth(step))), names = Math.max(0, ...rows.map(({ check }) => fastStringWidth(check)));
	return rows.flatMap(({ status, step, check, found, expected }) => {
		let { mark, format } = STATUSES[status], styleLine = (text) => status === "skip" ? style("dim", text) : text, columns = `${styleLine(pad(step, steps))}  ${styleLine(pad(check, names))}  `, aligned = `  ${style(format, mark)} ${columns}`, [head, start] = width - fastStringWidth(aligned) >= 48 ? [[], aligned] : [[`  ${style(format, mark)} ${styleLine(name(step, check))}`], "    "], lines = [...head, ...wrap(require_main.escapeLine(found), width, start, styleLine)];
		if (expected === "") return lines;
		let label = status === "pass" ? "expected: " : "";
		return [...lines, ...wrap(require_main.escapeLine(expected), width, `${" ".repeat(fastStringWidth(start))}${style("dim", label)}`)];
	});
}
function name(step, check) {
	return check === "" ? step : `${step}, ${check}`;
}
function requestText({ method, path, status, attempts }) {
	return `${method} ${path}: ${status ?? "no answer"}${attempts > 1 ? ` (after ${attempts} attempts)` : ""}`;
}
function renderMatrix(cases, terminal) {
	let { width, style } = terminal, labels = cases[0]?.map(({ rules }) => rules.label) ?? [], head = cases.every((row) => row.every(({ rules }, column) => rules.label === labels[column])) ? [["", ...labels.map((label) => style("cyan", require_main.escapeLine(label)))]] : [], body = cases.map((row) => [eventLabel(row), ...row.map((decided) => cell(decided, terminal))]);
	return sanitize(`${formatTable([...head, ...body], width) ?? blocks(cases, terminal).join("\n")}\n\n${countVerdicts(cases.flat())}`);
}
function eventLabel([first]) {
	return require_main.escapeLine(first?.event.label ?? "");
}
function blocks(cases, terminal) {
	let { width, style } = terminal;
	return cases.map((row) => {
		let labels = row.map(({ rules }) => require_main.escapeLine(rules.label)), column = Math.max(...labels.map((label) => fastStringWidth(label))), lines = row.flatMap((decided, index) => {
			let label = labels[index] ?? "";
			return column <= width / 2 ? wrap(cell(decided, terminal), width, `  ${style("cyan", pad(label, column))}  `) : [...wrap(style("cyan", label), width, "  "), ...wrap(cell(decided, terminal), width, "    ")];
		});
		return [...wrap(eventLabel(row), width, ""), ...lines].join("\n");
	});
}
function renderChanges(pairs, terminal) {
	let { width, style } = terminal, changed = pairs.filter(([before, after]) => isChange(before, after)), [from = "", to = ""] = (pairs[0] ?? []).map(({ rules }) => require_main.escapeLine(rules.label)), changes = pairs.length === 1 ? "decision changes" : "decisions change", count = changed.length === 0 ? "no decision changes" : `${changed.length} of ${pairs.length} ${changes}`, table = formatTable([[
		"",
		style("cyan", from),
		"",
		style("cyan", to)
	], ...pairs.map((pair) => {
		let [before, after] = pair, sign = isChange(before, after) ? style("bold", "→") : style("dim", "=");
		return [
			eventLabel(pair),
			cell(before, terminal),
			sign,
			cell(after, terminal)
		];
	})], width) ?? blocks(pairs, terminal).join("\n"), reasons = changed.map((pair) => {
		let { reason } = resultOf(pair[1]);
		return [...wrap(style("bold", eventLabel(pair)), width, ""), ...wrap(sentence(reason), width, "  ")].join("\n");
	});
	return sanitize([
		wrap(style("bold", `${count} from ${from} to ${to}`), width, "").join("\n"),
		table,
		...reasons
	].join("\n\n"));
}
function renderReplay(label, { result, differences }, { width, style }) {
	let { decision, reason_code, reason } = JSON.parse(result), { format } = VERDICTS[decision], now = `${style(format, decision)}, ${require_main.escapeLine(reason_code)}`;
	if (differences.length === 0) return sanitize([...wrap(`${style("bold", style("green", "SAME"))}  ${require_main.escapeLine(label)}: ${now}`, width, ""), ...wrap(sentence(reason), width, "  ")].join("\n"));
	let count = `${differences.length} ${differences.length === 1 ? "value differs" : "values differ"}`, blocks = differences.map((difference) => [
		`  ${style("bold", require_main.escapeLine(difference.path))}`,
		...wrap(require_main.escapeLine(difference.recorded || "nothing"), width, `    ${style("cyan", "recorded")}  `),
		...wrap(require_main.escapeLine(difference.replayed || "nothing"), width, `    ${style("cyan", "replayed")}  `)
	].join("\n"));
	return sanitize([...wrap(`${style("bold", style("red", "DIFFERS"))}  ${require_main.escapeLine(label)}: now ${now}; ${count}`, width, ""), ...blocks].join("\n"));
}
function cell(decided, { style }) {
	let { decision, reason_code } = resultOf(decided), { mark, format } = VERDICTS[decision];
	return style(format, `${mark} ${require_main.escapeLine(reason_code)}`);
}
function countVerdicts(cases) {
	let decisions = cases.map((decided) => resultOf(decided).decision), count = (wanted) => decisions.filter((decision) => decision === wanted).length, errors = count("error") > 0 ? `, ${count("error")} ${count("error") === 1 ? "error" : "errors"}` : "";
	return `${count("allow")} allowed, ${count("deny")} denied${errors}`;
}
function formatTable(rows, width) {
	let widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => fastStringWidth(row[column] ?? ""))));
	if (!(widths.reduce((sum, column) => sum + column + 2, -2) > width)) return rows.map((row) => row.map((text, column) => pad(text, widths[column] ?? 0)).join("  ")).join("\n");
}
function pad(text, width) {
	return text + " ".repeat(Math.max(0, width - fastStringWidth(text)));
}
function wrap(text, width, start, styleLine = (line) => line) {
	let margin = fastStringWidth(start);
	return wrapAnsi(text.replace(/`[^`]{1,40}`/g, (quoted) => quoted.replaceAll(" ", "\xA0")), Math.max(20, width - margin), { hard: !0 }).replaceAll("\xA0", " ").split("\n").map((line, index) => (index === 0 ? start : " ".repeat(margin)) + styleLine(line));
}
function sentence(reason) {
	let text = require_main.escapeLine(reason);
	return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
function sanitize(text) {
	return text.split("\n").map((line) => require_main.escapeWorkflowCommands(line.trimEnd())).join("\n");
}
Object.defineProperty(exports, "isChange", {
	enumerable: !0,
	get: function() {
		return isChange;
	}
}), Object.defineProperty(exports, "renderChanges", {
	enumerable: !0,
	get: function() {
		return renderChanges;
	}
}), Object.defineProperty(exports, "renderDecision", {
	enumerable: !0,
	get: function() {
		return renderDecision;
	}
}), Object.defineProperty(exports, "renderMatrix", {
	enumerable: !0,
	get: function() {
		return renderMatrix;
	}
}), Object.defineProperty(exports, "renderReplay", {
	enumerable: !0,
	get: function() {
		return renderReplay;
	}
});
