// @ts-check
// Every command with its options: what is read, what the help says and what a shell completes come from here.

/**
 * @typedef {object} Option
 * @property {string} name without the dashes
 * @property {string} [value] what stands for its value in the help; an option without one is a switch
 * @property {boolean} [multiple] whether it may be given more than once
 * @property {Completion} [completes] what a shell offers for its value
 * @property {string} help
 */

/** @typedef {'files' | 'folders' | 'samples' | 'events' | 'flat' | readonly string[]} Completion */

/**
 * @typedef {object} Example
 * @property {string} text what it does
 * @property {string} command
 */

/**
 * @typedef {object} Command
 * @property {string} summary one line
 * @property {string[]} usage
 * @property {string[]} about paragraphs
 * @property {readonly Option[]} options
 * @property {Completion} [completes] what a shell offers for arguments that are no options
 * @property {Example[]} examples
 * @property {string} exit what the exit status says
 * @property {() => Promise<{ run: Run }>} load
 */

/** @typedef {(values: import('./arguments.js').Values, positionals: string[]) => number | Promise<number>} Run */

/** @type {Option} */
const JSON_OPTION = { name: 'json', help: 'print JSON for programs instead of text for people' };

/** @type {Record<string, Command>} */
export const COMMANDS = {
  check: {
    summary: 'decide on an event as the guard would, without a run',
    usage: [
      'dispatch-guard check --event FILE --event-name NAME (--policy FILE | --flat NAME=VALUE…)',
      'dispatch-guard check --policy NEW --against OLD EVENT…',
    ],
    about: [
      'Nothing is sent to GitHub, and nothing is asked of it but with `--api-url`. Every event is a file with the ' +
        'webhook payload, evidence that a guard recorded (`evidence-file`), a sample that comes with dispatch-guard, ' +
        'or an example of @octokit/webhooks-examples where that package is installed (`pull_request.opened`).',
      'With several events or policies a table of the decisions is printed; with `--against`, what changes.',
    ],
    options: [
      {
        name: 'event',
        value: '[NAME=]EVENT',
        multiple: true,
        completes: 'samples',
        help: 'the event, as are the arguments that are no options; `pull_request=FILE` says which event the file holds',
      },
      {
        name: 'event-name',
        value: 'NAME',
        completes: 'events',
        help: 'which event the files hold (GITHUB_EVENT_NAME)',
      },
      {
        name: 'policy',
        value: 'FILE',
        multiple: true,
        completes: 'files',
        help: 'the policy; `-` reads standard input',
      },
      {
        name: 'flat',
        value: 'NAME=VALUE…',
        multiple: true,
        completes: 'flat',
        help: "a flat input of the guard's instead of a policy; more may follow, and what is given twice is a list",
      },
      {
        name: 'against',
        value: 'OLD',
        completes: 'files',
        help: 'the policy to compare with, or `recorded` for the decisions that stand in the evidence',
      },
      {
        name: 'repository',
        value: 'OWNER/NAME[:ID]',
        help: "the run's repository; that of the event unless given",
      },
      { name: 'actor', value: 'LOGIN[:ID]', help: "who triggered the event; the event's sender unless given" },
      { name: 'triggering-actor', value: 'LOGIN', help: 'who started this attempt; the actor unless given' },
      { name: 'run-id', value: 'N', help: "the run's id, where a rule asks the API about the run" },
      { name: 'run-attempt', value: 'N', help: 'which attempt of the run this is; 1, or 2 with `--triggering-actor`' },
      { name: 'workflow-ref', value: 'PATH@REF', help: 'the workflow that is guarded, where a rule has `once`' },
      { name: 'server-url', value: 'URL', help: 'the server; https://github.com unless given or told by `--api-url`' },
      {
        name: 'api',
        value: 'FOLDER|EVIDENCE',
        completes: 'files',
        help: "GitHub's answers: `repos/O/R/pulls/7.json` in a folder (a missing file is a 404), or those in evidence",
      },
      { name: 'api-url', value: 'URL', help: 'ask this API, with the token in the variable GITHUB_TOKEN' },
      {
        name: 'record',
        value: 'FILE',
        completes: 'files',
        help: 'write evidence: all that the decision rested on, for `replay` and `--api`',
      },
      { name: 'signing-keys', value: 'FILE', completes: 'files', help: 'the keys accepted from senders, one a line' },
      { name: 'at', value: 'TIME', help: 'decide as of this time, such as 2026-01-31T08:00:00Z; now unless given' },
      JSON_OPTION,
    ],
    completes: 'samples',
    examples: [
      { text: 'A sample, with its own policy and answers:', command: 'dispatch-guard check dispatch' },
      {
        text: 'An event against a policy, the pull request from a folder:',
        command:
          'dispatch-guard check --event-name repository_dispatch --event event.json --policy policy.yml --api answers',
      },
      {
        text: 'The same with flat inputs and the live API:',
        command:
          'dispatch-guard check --event-name repository_dispatch --event event.json --flat dispatch-types=chart-pr-created ' +
          "--flat 'allowed-actors=github-actions[bot]' --api-url https://api.github.com",
      },
      {
        text: 'Which recorded decisions a new policy changes:',
        command: 'dispatch-guard check --policy new.yml --against old.yml evidence/*.json',
      },
    ],
    exit:
      '0 allow, 1 deny, 2 wrong use, policy or event file, 3 an answer of the API is missing; of several decisions ' +
      'the highest. With `--against`: 0 nothing changes, 1 something does, 2 and 3 as before.',
    load: () => import('./check.js'),
  },
  replay: {
    summary: 'make a recorded decision again, and say what differs',
    usage: ['dispatch-guard replay EVIDENCE [--json]'],
    about: [
      'Evidence is what a guard writes to its input `evidence-file`: all that the decision rested on. Nothing is asked ' +
        'of GitHub.',
    ],
    options: [JSON_OPTION],
    completes: 'files',
    examples: [{ text: 'A decision of a run, from its artifact:', command: 'dispatch-guard replay evidence.json' }],
    exit: '0 the same decision, 2 the file is no evidence, 4 another decision.',
    load: () => import('./replay.js'),
  },
  lint: {
    summary: 'list every error of a policy',
    usage: ['dispatch-guard lint POLICY…'],
    about: [
      'Every error is a line `FILE:LINE:COLUMN: MESSAGE`; in a run of GitHub Actions also an annotation of the file. ' +
        '`-` reads standard input.',
    ],
    options: [],
    completes: 'files',
    examples: [
      { text: 'A policy before it is committed:', command: 'dispatch-guard lint .github/dispatch-guard.yml' },
      { text: 'The one that was committed last:', command: 'git show HEAD:policy.yml | dispatch-guard lint -' },
    ],
    exit: '0 no error, 2 some, or a file cannot be read.',
    load: () => import('./lint.js'),
  },
  schema: {
    summary: 'print a JSON Schema',
    usage: ['dispatch-guard schema policy|result'],
    about: ["`policy` is the schema of a policy, for editors; `result` that of the guard's output `result`."],
    options: [],
    completes: ['policy', 'result'],
    examples: [{ text: 'For an editor:', command: 'dispatch-guard schema policy > policy.schema.json' }],
    exit: '0, or 2 for another name.',
    load: () => import('./schema.js'),
  },
  completion: {
    summary: "print a shell's completion script",
    usage: ['dispatch-guard completion bash|zsh|fish'],
    about: [],
    options: [],
    completes: ['bash', 'zsh', 'fish'],
    examples: [
      { text: 'bash, in ~/.bashrc:', command: 'eval "$(dispatch-guard completion bash)"' },
      { text: 'zsh, in ~/.zshrc after `compinit`:', command: 'eval "$(dispatch-guard completion zsh)"' },
      {
        text: 'fish:',
        command: 'dispatch-guard completion fish > ~/.config/fish/completions/dispatch-guard.fish',
      },
    ],
    exit: '0, or 2 for another shell.',
    load: () => import('./completion.js'),
  },
};

/**
 * @param {string} name
 * @returns {Command | undefined}
 */
export function commandOf(name) {
  return Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
}
