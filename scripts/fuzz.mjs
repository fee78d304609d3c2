// @ts-check
// Gives the core inputs by the thousand, from those in fuzz/seeds on, and stops where something does not hold that must.
//
//   npm run fuzz                                   each target briefly, as `npm test` does
//   npm run fuzz -- event payload --seconds 600    these targets, each for so long, going on from what was found before
//   npm run fuzz -- event FILE                     one input again
//
// A stable compiler is enough: libFuzzer needs no more of it than to count which code is reached. What it finds goes to
// target/fuzz.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { Failure, env, main, output, root, run, seconds } from './lib.mjs';

const crate = join(root, 'fuzz');
const made = join(root, 'target', 'fuzz');

/**
 * How many inputs a brief run makes of each target's seeds: some four seconds' worth.
 * @type {Record<string, number>}
 */
const briefly = { event: 4000, policy: 5000, payload: 12_000, envelope: 2500, patterns: 30_000, answers: 16_000 };
const targets = Object.keys(briefly);

/** What libFuzzer is told of a run. It could be told of comparisons, too; that takes as long as the run itself. */
const coverage = ['level=4', 'inline-8bit-counters', 'pc-table', 'stack-depth'];
const rustflags = [
  '--cfg=fuzzing',
  '-Cpasses=sancov-module',
  ...coverage.map((option) => `-Cllvm-args=-sanitizer-coverage-${option}`),
];

/** Compiles the targets. @returns {Promise<string>} where they are */
async function build() {
  const host = /^host: (.+)$/m.exec(output('rustc', ['-vV']) ?? '')?.[1];
  if (!host) throw new Failure('`rustc` does not run: install a stable Rust');
  // With a target of their own the flags are not for macros and build scripts, which run in the compiler.
  const args = ['build', '--release', '--locked', '--target', host, '--target-dir', made];
  await run('cargo', [...args, '--manifest-path', join(crate, 'Cargo.toml')], {
    env: { ...env, CARGO_ENCODED_RUSTFLAGS: rustflags.join('\x1f') },
  });
  return join(made, host, 'release');
}

/**
 * Runs one target. What is new to it lands in a directory of its own, never among the seeds.
 * @param {string} programs
 * @param {string} target
 * @param {{ file?: string | undefined, time?: number | undefined }} [how] one input, or for how many seconds
 * @returns {string} what was done
 */
function fuzz(programs, target, { file, time } = {}) {
  const start = performance.now();
  const begun = Date.now();
  const artifacts = join(made, 'artifacts', target);
  const found = join(made, time ? 'corpus' : 'brief', target);
  // A brief run is the same whatever the ones before have found.
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
  if (error) throw new Failure(`\`${target}\` did not start: ${error.message}`);
  if (status !== 0) {
    const story = (stderr ?? '').replace(/^(#\d+|\tNEW_FUNC|INFO:|WARNING:).*\n/gm, '');
    const finds = readdirSync(artifacts).map((name) => join(artifacts, name));
    const inputs = file ? [file] : finds.filter((path) => statSync(path).mtimeMs >= begun);
    const commands = inputs.map((path) => `  npm run fuzz -- ${target} ${relative(root, path)}`);
    throw new Failure([`${story}\`${target}\` does not hold for an input; once more:`, ...commands].join('\n'));
  }
  const runs = /^Done (\d+) runs/m.exec(stderr ?? '')?.[1];
  return `# fuzz ${target}: ${runs ? `${runs} inputs, ` : ''}${seconds(start)}`;
}

/** Runs each target briefly. @returns {Promise<string>} what was done, a line each */
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
      throw new Failure(`no target and no input \`${others[0] ?? file}\`; the targets are: ${targets.join(', ')}`);
    if (time !== undefined && !(Number.isInteger(time) && time > 0))
      throw new Failure('--seconds takes a whole number');
    const programs = await build();
    for (const target of asked.length ? asked : targets) console.log(fuzz(programs, target, { file, time }));
  });
}
