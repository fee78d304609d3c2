// @ts-check
// Completion scripts, made from the table of commands. They are whole: nothing is started while somebody types.

import { COMMANDS } from './commands.js';
import { sampleNames } from './events.js';
import { openCore } from './judge.js';
import { Misuse } from './misuse.js';
import { print } from './print.js';

/** @typedef {import('./commands.js').Completion} Completion */
/** @typedef {(completion: Completion) => { words: string[], files: boolean }} Resolve */

const SHELLS = { bash, zsh, fish };

/** @type {import('./commands.js').Run} */
export async function run(_values, [shell = '', ...more]) {
  if (!Object.hasOwn(SHELLS, shell) || more.length > 0) {
    throw new Misuse('say which shell: `bash`, `zsh` or `fish`');
  }
  const { events, flat } = openCore().vocabulary();
  /** @type {Resolve} */
  const resolve = (completion) => {
    if (completion === 'files') return { words: [], files: true };
    if (completion === 'samples') return { words: sampleNames(), files: true };
    if (completion === 'events') return { words: events, files: false };
    if (completion === 'flat') return { words: flat.map((/** @type {string} */ name) => `${name}=`), files: false };
    return { words: [...completion], files: false };
  };
  return print(SHELLS[/** @type {keyof typeof SHELLS} */ (shell)](resolve));
}

const NAMES = Object.keys(COMMANDS);

/**
 * Runs under bash 3.2, which macOS has: no `mapfile`, no `compopt`.
 * @param {Resolve} resolve
 */
function bash(resolve) {
  /** @param {Completion | undefined} completion */
  const offer = (completion) => {
    if (completion === undefined) return 'words=; files=';
    const { words, files } = resolve(completion);
    return `words=${quoted(words.join(' '))}; files=${files ? 'yes' : ''}`;
  };
  const cases = Object.entries(COMMANDS).map(([name, command]) => {
    const options = command.options.filter(({ value }) => value !== undefined);
    const values = options.map(({ name, completes }) => `        --${name}) ${offer(completes)} ;;`);
    const flags = [...command.options.map(({ name }) => `--${name}`), '--help'].join(' ');
    return [
      `    ${name})`,
      '      case $previous in',
      ...values,
      '        *)',
      `          if [[ $current == -* ]]; then words=${quoted(flags)}`,
      `          else ${offer(command.completes)}; fi ;;`,
      '      esac ;;',
    ].join('\n');
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
    '') words=${quoted([...NAMES, 'help', '--help', '--version'].join(' '))} ;;
    help) words=${quoted(NAMES.join(' '))} ;;
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [[ -n $files ]]; then
    IFS=$'\\n'
    COMPREPLY+=($(compgen -f -- "$current"))
  fi
}
complete -F _dispatch_guard dispatch-guard`;
}

/** @param {Resolve} resolve */
function zsh(resolve) {
  /** @param {string[]} words */
  const listed = (words) => `(${words.map((word) => word.replaceAll('=', '\\=')).join(' ')})`;
  /** @param {Completion | undefined} completion */
  const action = (completion) => {
    if (completion === undefined) return ' ';
    // Its colons would end the action of an option.
    if (completion === 'samples') return '_dispatch_guard_samples';
    const { words, files } = resolve(completion);
    return files ? '_files' : listed(words);
  };
  /** @param {string} text */
  const described = (text) => text.replace(/[[\]:\\]/g, '\\$&');
  const cases = Object.entries(COMMANDS).map(([name, command]) => {
    const specs = command.options.map((option) => {
      const often = option.multiple ? '*' : '';
      const value = option.value === undefined ? '' : `:${described(option.value)}:${action(option.completes)}`;
      return `${often}--${option.name}[${described(option.help)}]${value}`;
    });
    const all = [...specs, '(- *)--help[print the help]', `*:argument:${action(command.completes)}`];
    return `    ${name}) _arguments -s -S ${all.map((spec) => quoted(spec)).join(' \\\n      ')} ;;`;
  });
  const commands = Object.entries(COMMANDS).map(([name, { summary }]) => quoted(`${name}:${described(summary)}`));
  return `#compdef dispatch-guard
_dispatch_guard_samples() {
  _alternative 'names:sample:${listed(resolve('samples').words)}' 'files:file:_files'
}
_dispatch_guard() {
  if (( CURRENT == 2 )); then
    local -a commands=(${commands.join(' \\\n      ')} 'help:print the help')
    _describe command commands
    _arguments '(- *)--help[print the help]' '(- *)--version[print the version]'
    return
  fi
  shift words
  (( CURRENT-- ))
  case $words[1] in
    help) compadd -- ${NAMES.join(' ')} ;;
${cases.join('\n')}
  esac
}
if [[ $funcstack[1] == _dispatch_guard ]]; then _dispatch_guard "$@"; else compdef _dispatch_guard dispatch-guard; fi`;
}

/** @param {Resolve} resolve */
function fish(resolve) {
  /** @param {Completion | undefined} completion */
  const value = (completion) => {
    if (completion === undefined) return '-x';
    const { words, files } = resolve(completion);
    const offered = words.length > 0 ? ` -a ${quoted(words.join(' '))}` : '';
    return `${files ? '-r -F' : '-x'}${offered}`;
  };
  const lines = [
    '# fish completion of dispatch-guard',
    'complete -c dispatch-guard -f',
    "complete -c dispatch-guard -l help -s h -d 'print the help'",
    "complete -c dispatch-guard -n __fish_use_subcommand -l version -s V -d 'print the version'",
  ];
  lines.push("complete -c dispatch-guard -n __fish_use_subcommand -a help -d 'print the help'");
  lines.push(`complete -c dispatch-guard -n '__fish_seen_subcommand_from help' -a ${quoted(NAMES.join(' '))}`);
  for (const [name, command] of Object.entries(COMMANDS)) {
    lines.push(`complete -c dispatch-guard -n __fish_use_subcommand -a ${name} -d ${quoted(command.summary)}`);
    const seen = quoted(`__fish_seen_subcommand_from ${name}`);
    for (const option of command.options) {
      const argument = option.value === undefined ? '' : ` ${value(option.completes)}`;
      lines.push(`complete -c dispatch-guard -n ${seen} -l ${option.name}${argument} -d ${quoted(option.help)}`);
    }
    if (command.completes === undefined) continue;
    const { words, files } = resolve(command.completes);
    if (words.length > 0) lines.push(`complete -c dispatch-guard -n ${seen} -a ${quoted(words.join(' '))}`);
    if (files) lines.push(`complete -c dispatch-guard -n ${seen} -F`);
  }
  return lines.join('\n');
}

/**
 * @param {string} text
 * @returns {string} as one word of a shell's
 */
function quoted(text) {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
