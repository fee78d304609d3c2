// @ts-check
// Fuzzes the core, starting from fuzz/seeds. Stops at the first input that breaks an invariant.
//
//   npm run fuzz                                   each target briefly, as `npm test` does
//   npm run fuzz -- event payload --seconds 600    these targets, 600 s each, continuing with the corpus of earlier runs
//   npm run fuzz -- event FILE                     one input
//
// A stable compiler is enough: all that libFuzzer needs is coverage counters. Findings go to target/fuzz.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { ScriptError, elapsed, env, main, output, root, run } from './util.mjs';

const crate = join(root, 'fuzz');
const made = join(root, 'target', 'fuzz');

/**
 * The number of inputs per target in a brief run, about four seconds each.
 * @type {Record<string, number>}
 */
const briefly = { event: 4000, policy: 5000, payload: 12_000, envelope: 2500, patterns: 30_000, answers: 16_000 };
const targets = Object.keys(briefly);

/** Coverage for libFuzzer. Tracing of comparisons would double the time. */
const coverage = ['level=4', 'inline-8bit-counters', 'pc-table', 'stack-depth'];
const rustflags = [
  '--cfg=fuzzing',
  '-Cpasses=sancov-module',
  ...coverage.map((option) => `-Cllvm-args=-sanitizer-coverage-${option}`),
];

/** Compiles the targets. @returns {Promise<string>} their directory */
async function build() {
  const host = /^host: (.+)$/m.exec(output('rustc', ['-vV']) ?? '')?.[1];
  if (!host) throw new ScriptError('`rustc` does not run: install a stable Rust');
  // With an explicit target the flags do not apply to macros and build scripts.
  const args = ['build', '--release', '--locked', '--target', host, '--target-dir', made];
  await run('cargo', [...args, '--manifest-path', join(crate, 'Cargo.toml')], {
    env: { ...env, CARGO_ENCODED_RUSTFLAGS: rustflags.join('\x1f') },
  });
  return join(made, host, 'release');
}

/**
 * Runs one target. New inputs go to a separate directory, never to the seeds.
 * @param {string} programs
 * @param {string} target
 * @param {{ file?: string | undefined, time?: number | undefined }} [how] one input, or a duration in seconds
 * @returns {string} a summary
 */
function fuzz(programs, target, { file, time } = {}) {
  const start = performance.now();
  const begun = Date.now();
  const artifacts = join(made, 'artifacts', target);
  const found = join(made, time ? 'corpus' : 'brief', target);
  // A brief run does not depend on earlier ones.
  if (!time) rmSync(found, { recursive: true, force: true });
  for (const directory of [artifacts, found]) mkdirSync(directory, { recursive: true });
  const amount = time ? [`-max_total_time=${time}`] : ['-seed=1', `-runs=${briefly[target]}`, '-max_total_time=60'];
  const inputs = file ? [file] : [...amount, found, join(crate, 'seeds', target)];
  // An input takes a millisecond.
  const args = ['-timeout=20', `-artifact_prefix=${artifacts}/`, ...inputs];
  /** @type {import('node:child_process').StdioOptions} */
  const stdio = ['ignore', 'inherit', time || file ? 'inherit' : 'pipe'];
  const { error, status, stderr } = spawnSync(join(programs, target), args, {
    cwd: root,
    stdio,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (error) throw new ScriptError(`\`${target}\` did not start: ${error.message}`);
  if (status !== 0) {
    const log = (stderr ?? '').replace(/^(#\d+|\tNEW_FUNC|INFO:|WARNING:).*\n/gm, '');
    const finds = readdirSync(artifacts).map((name) => join(artifacts, name));
    const inputs = file ? [file] : finds.filter((path) => statSync(path).mtimeMs >= begun);
    const commands = inputs.map((path) => `  npm run fuzz -- ${target} ${relative(root, path)}`);
    throw new ScriptError([`${log}\`${target}\` failed for an input; to repeat:`, ...commands].join('\n'));
  }
  const runs = /^Done (\d+) runs/m.exec(stderr ?? '')?.[1];
  return `# fuzz ${target}: ${runs ? `${runs} inputs, ` : ''}${elapsed(start)}`;
}

/** Runs each target briefly. @returns {Promise<string>} a line for each */
export async function fuzzBriefly() {
  const programs = await build();
  return targets.map((target) => fuzz(programs, target)).join('\n');
}

if (process.argv[1] === import.meta.filename) {
  await main(async () => {
    const { values, positionals } = parseArgs({ options: { seconds: { type: 'string' } }, allowPositionals: true });
    const asked = positionals.filter((name) => targets.includes(name));
    const [file, ...others] = positionals.filter((name) => !targets.includes(name));
    const time = values.seconds === undefined ? undefined : Number(values.seconds);
    if (file && (others.length || asked.length !== 1 || !existsSync(file)))
      throw new ScriptError(
        `\`${others[0] ?? file}\` is neither a target nor an input; targets: ${targets.join(', ')}`,
      );
    if (time !== undefined && !(Number.isInteger(time) && time > 0))
      throw new ScriptError('--seconds takes a whole number');
    const programs = await build();
    for (const target of asked.length ? asked : targets) console.log(fuzz(programs, target, { file, time }));
  });
}
