"use strict";
const require_main = require("./main.cjs"), require_terminal = require("./terminal.cjs"), GLOBAL_OPTIONS = [
	{
		name: "--help, -h",
		help: "print this, or the help of a command"
	},
	{
		name: "--no-color",
		help: "print without colours, like NO_COLOR=1"
	},
	{
		name: "--version, -V",
		help: "print the version"
	}
];
function help(name) {
	if (name === void 0) return general();
	let command = require_main.commandOf(name);
	if (command === void 0) throw new require_main.UsageError(`unknown command \`${name}\``);
	let { style } = require_terminal.terminal(), options = [...command.options.map((option) => ({
		name: `--${option.name}${option.value ? ` ${option.value}` : ""}`,
		help: option.multiple ? `${option.help} (repeatable)` : option.help
	})), {
		name: "--help, -h",
		help: "print this"
	}], examples = command.examples.map((example) => `  ${style("dim", `# ${example.text}`)}\n${shellLines(example.command)}`);
	return [
		`${style("bold", `dispatch-guard ${name}`)}: ${command.summary}`,
		section("Usage", command.usage.map((line) => `  ${line}`).join("\n")),
		...command.about.map((paragraph) => wrapText(paragraph)),
		section("Options", table(options)),
		section(command.examples.length > 1 ? "Examples" : "Example", examples.join("\n\n")),
		wrapText(`Exit status: ${command.exit}`)
	].join("\n\n");
}
function general() {
	let { style } = require_terminal.terminal(), commands = Object.entries(require_main.COMMANDS).map(([name, { summary }]) => ({
		name,
		help: summary
	}));
	return [
		`${style("bold", "dispatch-guard")}: check a policy before you use it`,
		section("Usage", "  dispatch-guard COMMAND [OPTION…]"),
		section("Commands", table(commands)),
		section("Options", table(GLOBAL_OPTIONS)),
		section("Example", `  ${style("dim", "# A sample that is part of dispatch-guard:")}\n  dispatch-guard check dispatch`),
		wrapText("`dispatch-guard COMMAND --help` prints options and examples."),
		wrapText("Exit status: 0 allow, 1 deny, 2 wrong use or an invalid policy, 3 an answer of the API is missing, 4 replay differs.")
	].join("\n\n");
}
function section(title, body) {
	return `${require_terminal.terminal().style("cyan", title)}\n${body}`;
}
function table(rows) {
	let { width, style } = require_terminal.terminal(), column = Math.min(32, Math.max(...rows.map(({ name }) => name.length))), indent = " ".repeat(column + 4);
	return rows.map(({ name, help }) => {
		let text = wrap(help, width - indent.length).join(`\n${indent}`), padding = " ".repeat(Math.max(0, column - name.length) + 2);
		return `  ${style("bold", name)}${padding}${text}`;
	}).join("\n");
}
function wrapText(text) {
	return wrap(text, require_terminal.terminal().width).join("\n");
}
function wrap(text, width) {
	let lines = [];
	for (let word of text.split(" ")) {
		let line = lines.pop(), longer = line === void 0 ? word : `${line} ${word}`;
		lines.push(...line === void 0 || longer.length <= width ? [longer] : [line, word]);
	}
	return lines;
}
function shellLines(command) {
	let width = require_terminal.terminal().width - 2, lines = [""];
	for (let word of command.split(/ (?=--|>)/)) {
		let line = lines.at(-1) ?? "";
		line === "" ? lines[lines.length - 1] = word : line.length + 1 + word.length + 2 <= width ? lines[lines.length - 1] = `${line} ${word}` : lines.push(`  ${word}`);
	}
	return lines.map((line) => `  ${line}`).join(" \\\n");
}
exports.help = help;
