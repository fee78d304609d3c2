"use strict";
const require_cli = require("./cli.cjs"), require_events = require("./events.cjs"), require_judge = require("./cli-judge.cjs"), SHELLS = {
	bash,
	zsh,
	fish
};
async function run(_values, [shell = "", ...more]) {
	if (!Object.hasOwn(SHELLS, shell) || more.length > 0) throw new require_cli.Misuse("say which shell: `bash`, `zsh` or `fish`");
	let { events, flat } = require_judge.openCore().vocabulary();
	return require_cli.print(SHELLS[shell]((completion) => completion === "files" ? {
		words: [],
		files: !0
	} : completion === "samples" ? {
		words: require_events.sampleNames(),
		files: !0
	} : completion === "events" ? {
		words: events,
		files: !1
	} : completion === "flat" ? {
		words: flat.map((name) => `${name}=`),
		files: !1
	} : {
		words: [...completion],
		files: !1
	}));
}
const NAMES = Object.keys(require_cli.COMMANDS);
function bash(resolve) {
	let offer = (completion) => {
		if (completion === void 0) return "words=; files=";
		let { words, files } = resolve(completion);
		return `words=${quoted(words.join(" "))}; files=${files ? "yes" : ""}`;
	}, cases = Object.entries(require_cli.COMMANDS).map(([name, command]) => {
		let values = command.options.filter(({ value }) => value !== void 0).map(({ name, completes }) => `        --${name}) ${offer(completes)} ;;`), flags = [...command.options.map(({ name }) => `--${name}`), "--help"].join(" ");
		return [
			`    ${name})`,
			"      case $previous in",
			...values,
			"        *)",
			`          if [[ $current == -* ]]; then words=${quoted(flags)}`,
			`          else ${offer(command.completes)}; fi ;;`,
			"      esac ;;"
		].join("\n");
	});
	return `# bash completion of dispatch-guard
_dispatch_guard() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]}
  local command= word words= files= IFS=$' \\t\\n'
  # bash splits \`--option=value\` into three words.
  if [[ $current == '=' ]]; then current=
  elif [[ $previous == '=' ]]; then previous=\${COMP_WORDS[COMP_CWORD - 2]}; fi
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ $word != -* ]]; then command=$word; break; fi
  done
  case $command in
    '') words=${quoted([
		...NAMES,
		"help",
		"--help",
		"--version"
	].join(" "))} ;;
    help) words=${quoted(NAMES.join(" "))} ;;
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [[ -n $files ]]; then
    IFS=$'\\n'
    COMPREPLY+=($(compgen -f -- "$current"))
  fi
}
complete -F _dispatch_guard dispatch-guard`;
}
function zsh(resolve) {
	let listed = (words) => `(${words.map((word) => word.replaceAll("=", "\\=")).join(" ")})`, action = (completion) => {
		if (completion === void 0) return " ";
		if (completion === "samples") return "_dispatch_guard_samples";
		let { words, files } = resolve(completion);
		return files ? "_files" : listed(words);
	}, described = (text) => text.replace(/[[\]:\\]/g, "\\$&"), cases = Object.entries(require_cli.COMMANDS).map(([name, command]) => `    ${name}) _arguments -s -S ${[
		...command.options.map((option) => {
			let often = option.multiple ? "*" : "", value = option.value === void 0 ? "" : `:${described(option.value)}:${action(option.completes)}`;
			return `${often}--${option.name}[${described(option.help)}]${value}`;
		}),
		"(- *)--help[print the help]",
		`*:argument:${action(command.completes)}`
	].map((spec) => quoted(spec)).join(" \\\n      ")} ;;`), commands = Object.entries(require_cli.COMMANDS).map(([name, { summary }]) => quoted(`${name}:${described(summary)}`));
	return `#compdef dispatch-guard
_dispatch_guard_samples() {
  _alternative 'names:sample:${listed(resolve("samples").words)}' 'files:file:_files'
}
_dispatch_guard() {
  if (( CURRENT == 2 )); then
    local -a commands=(${commands.join(" \\\n      ")} 'help:print the help')
    _describe command commands
    _arguments '(- *)--help[print the help]' '(- *)--version[print the version]'
    return
  fi
  shift words
  (( CURRENT-- ))
  case $words[1] in
    help) compadd -- ${NAMES.join(" ")} ;;
${cases.join("\n")}
  esac
}
if [[ $funcstack[1] == _dispatch_guard ]]; then _dispatch_guard "$@"; else compdef _dispatch_guard dispatch-guard; fi`;
}
function fish(resolve) {
	let value = (completion) => {
		if (completion === void 0) return "-x";
		let { words, files } = resolve(completion), offered = words.length > 0 ? ` -a ${quoted(words.join(" "))}` : "";
		return `${files ? "-r -F" : "-x"}${offered}`;
	}, lines = [
		"# fish completion of dispatch-guard",
		"complete -c dispatch-guard -f",
		"complete -c dispatch-guard -l help -s h -d 'print the help'",
		"complete -c dispatch-guard -n __fish_use_subcommand -l version -s V -d 'print the version'"
	];
	lines.push("complete -c dispatch-guard -n __fish_use_subcommand -a help -d 'print the help'"), lines.push(`complete -c dispatch-guard -n '__fish_seen_subcommand_from help' -a ${quoted(NAMES.join(" "))}`);
	for (let [name, command] of Object.entries(require_cli.COMMANDS)) {
		lines.push(`complete -c dispatch-guard -n __fish_use_subcommand -a ${name} -d ${quoted(command.summary)}`);
		let seen = quoted(`__fish_seen_subcommand_from ${name}`);
		for (let option of command.options) {
			let argument = option.value === void 0 ? "" : ` ${value(option.completes)}`;
			lines.push(`complete -c dispatch-guard -n ${seen} -l ${option.name}${argument} -d ${quoted(option.help)}`);
		}
		if (command.completes === void 0) continue;
		let { words, files } = resolve(command.completes);
		words.length > 0 && lines.push(`complete -c dispatch-guard -n ${seen} -a ${quoted(words.join(" "))}`), files && lines.push(`complete -c dispatch-guard -n ${seen} -F`);
	}
	return lines.join("\n");
}
function quoted(text) {
	return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
exports.run = run;
