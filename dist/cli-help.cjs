"use strict";
const require_cli = require("./cli.cjs"), require_terminal = require("./terminal.cjs"), GLOBAL_OPTIONS = [{
	name: "--help, -h",
	help: "print this, or the help of a command"
}, {
	name: "--version, -V",
	help: "print the version"
}];
function help(name) {
	if (name === void 0) return general();
	let command = require_cli.commandOf(name);
	if (command === void 0) throw new require_cli.Misuse(`there is no command \`${name}\``);
	let { paint } = require_terminal.terminal(), options = [...command.options.map((option) => ({
		name: `--${option.name}${option.value ? ` ${option.value}` : ""}`,
		help: option.multiple ? `${option.help} (repeatable)` : option.help
	})), {
		name: "--help, -h",
		help: "print this"
	}], examples = command.examples.map((example) => `  ${paint("dim", `# ${example.text}`)}\n${shellLines(example.command)}`);
	return [
		`${paint("bold", `dispatch-guard ${name}`)}: ${command.summary}`,
		section("Usage", command.usage.map((line) => `  ${line}`).join("\n")),
		...command.about.map((paragraph) => wrapped(paragraph)),
		section("Options", table(options)),
		section(command.examples.length > 1 ? "Examples" : "Example", examples.join("\n\n")),
		wrapped(`Exit status: ${command.exit}`)
	].join("\n\n");
}
function general() {
	let { paint } = require_terminal.terminal(), commands = Object.entries(require_cli.COMMANDS).map(([name, { summary }]) => ({
		name,
		help: summary
	}));
	return [
		`${paint("bold", "dispatch-guard")}: try a policy before it guards anything`,
		section("Usage", "  dispatch-guard COMMAND [OPTION…]"),
		section("Commands", table(commands)),
		section("Options", table(GLOBAL_OPTIONS)),
		section("Example", `  ${paint("dim", "# A sample that comes with dispatch-guard:")}\n  dispatch-guard check dispatch`),
		wrapped("`dispatch-guard COMMAND --help` tells more, with examples."),
		wrapped("Exit status: 0 allow, 1 deny, 2 wrong use or policy, 3 an answer of the API is missing, 4 replay differs.")
	].join("\n\n");
}
function section(title, body) {
	return `${require_terminal.terminal().paint("cyan", title)}\n${body}`;
}
function table(rows) {
	let { width, paint } = require_terminal.terminal(), column = Math.min(32, Math.max(...rows.map(({ name }) => name.length))), indent = " ".repeat(column + 4);
	return rows.map(({ name, help }) => {
		let text = fold(help, width - indent.length).join(`\n${indent}`), padding = " ".repeat(Math.max(0, column - name.length) + 2);
		return `  ${paint("bold", name)}${padding}${text}`;
	}).join("\n");
}
function wrapped(text) {
	return fold(text, require_terminal.terminal().width).join("\n");
}
function fold(text, width) {
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
