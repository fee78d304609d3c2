// @ts-check
// Speed and size of dispatch-guard compared with other programs: a table and target/bench.json.
//
//   npm run bench
//   npm run bench -- --rounds 100
//
// docs/internals/performance.md explains the measurements.

import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../scripts/run-action.mjs';
import { node24 } from '../scripts/bundle-tests.mjs';
import { openPrograms, WASM } from './programs.mjs';
import { archiveBytes, totalBytes } from './sizes.mjs';
import { median, medianRatio } from './statistics.mjs';

/** @typedef {import('./programs.mjs').ProgramName} ProgramName */

/** @typedef {{ what: string, found: number, unit: string, aim?: number }} Figure */

/** Which programs are compared, and the largest ratio of their times to aim for. */
const RATIOS = /** @type {{ program: ProgramName, against: ProgramName, aim?: number }[]} */ ([
  { program: 'dispatch', against: 'bareEsm', aim: 0.85 },
  { program: 'dispatch', against: 'bareCjs' },
  { program: 'pullRequest', against: 'empty', aim: 1.35 },
  { program: 'deny', against: 'empty', aim: 1.35 },
  { program: 'dispatch', against: 'dispatchByHand', aim: 0.55 },
  { program: 'pullRequest', against: 'pullRequestByHand', aim: 0.55 },
  { program: 'everyKey', against: 'bareInOrder', aim: 0.6 },
]);

const MEMORY = /** @type {{ program: ProgramName, against: ProgramName, aim?: number }[]} */ ([
  { program: 'pullRequest', against: 'empty', aim: 1.25 },
  { program: 'dispatch', against: 'empty', aim: 1.25 },
  { program: 'dispatch', against: 'bareEsm' },
]);

/** Runs per figure of memory, which varies little. */
const MEMORY_RUNS = 5;

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '40' } } });
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds takes a whole number from 1');

const node = node24();
const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
console.log(`Node ${version}, ${cpus()[0]?.model} × ${cpus().length}, ${rounds} rounds\n`);

const bench = await openPrograms(node);
/** @type {Record<string, unknown>} */
const report = { node: version, rounds };
try {
  const names = /** @type {ProgramName[]} */ (Object.keys(bench.programs));
  const titleOf = (/** @type {ProgramName} */ name) => bench.programs[name].title;
  const times = bench.race(names, rounds);
  const processes = names.map((name) => ({
    what: titleOf(name),
    medianMs: median(times[name]),
    leastMs: Math.min(...times[name]),
    requests: bench.programs[name].expect.requests,
  }));
  table(
    ['process', 'median ms', 'least ms', 'requests'],
    processes.map(({ what, medianMs, leastMs, requests }) => [
      what,
      medianMs.toFixed(1),
      leastMs.toFixed(1),
      `${requests}`,
    ]),
  );

  const ratios = RATIOS.map(({ program, against, aim }) => ({
    what: `${titleOf(program)} / ${titleOf(against)}`,
    found: medianRatio(times[program], times[against]),
    ofMedians: median(times[program]) / median(times[against]),
    unit: '×',
    ...(aim !== undefined && { aim }),
  }));
  figures('time', ratios);

  const used = Object.fromEntries(
    names.map((name) => {
      const runs = Array.from({ length: MEMORY_RUNS }, () => bench.probe(name));
      return [name, { peakBytes: median(runs.map(({ peakBytes }) => peakBytes)), modules: runs[0]?.modules ?? [] }];
    }),
  );
  const memory = MEMORY.map(({ program, against, aim }) => ({
    what: `${titleOf(program)} / ${titleOf(against)}`,
    found: (used[program]?.peakBytes ?? NaN) / (used[against]?.peakBytes ?? NaN),
    unit: '×',
    ...(aim !== undefined && { aim }),
  }));
  figures('peak memory', memory);

  const kB = (/** @type {number} */ bytes) => bytes / 1000;
  const sizes = [
    { what: 'archive of the files as they are', found: kB(archiveBytes()), unit: 'kB', aim: 300 },
    { what: 'archive of HEAD', found: kB(archiveBytes('HEAD')), unit: 'kB', aim: 300 },
    { what: 'WebAssembly', found: kB(totalBytes([WASM])), unit: 'kB' },
    {
      what: 'JavaScript of a pull_request',
      found: kB(totalBytes(used.pullRequest?.modules ?? [])),
      unit: 'kB',
      aim: 40,
    },
    {
      what: 'JavaScript of a repository_dispatch',
      found: kB(totalBytes(used.dispatch?.modules ?? [])),
      unit: 'kB',
      aim: 40,
    },
  ];
  figures('size', sizes);

  const core = coreFigures();
  const inside = [
    { what: 'compile and instantiate', found: core.openMs, unit: 'ms' },
    { what: 'first decision (pull_request)', found: core.firstMs, unit: 'ms' },
    { what: 'second decision', found: core.secondMs, unit: 'ms' },
    { what: 'later decisions, pull_request', found: core.pullRequestUs, unit: 'µs', aim: 60 },
    { what: 'later decisions, repository_dispatch', found: core.dispatchUs, unit: 'µs', aim: 60 },
  ];
  figures('inside the core', inside);
  growth('allow-list, entries', core.allowlist);
  growth('payload, characters', core.payload);
  growth('labels of the pull request', core.labels);
  growth('files of the pull request', core.files);
  growth('reviews of the pull request', core.reviews);
  growth('events of the pull request', core.events);

  Object.assign(report, { processes, ratios, memory, used, sizes, core });
} finally {
  await bench.close();
}
const file = join(ROOT, 'target', 'bench.json');
mkdirSync(join(ROOT, 'target'), { recursive: true });
writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
console.log(`\nwritten to ${file}`);

/** @typedef {import('./core.mjs').Point[]} Curve */

/**
 * @returns {{ openMs: number, firstMs: number, secondMs: number, pullRequestUs: number, dispatchUs: number,
 *   allowlist: Curve, payload: Curve, labels: Curve, files: Curve, reviews: Curve, events: Curve }}
 */
function coreFigures() {
  const { status, stdout, stderr } = spawnSync(node, [join(ROOT, 'bench', 'core.mjs')], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`bench/core.mjs exited with status ${status}\n${stderr}`);
  return JSON.parse(stdout);
}

/** @param {string} title @param {Figure[]} rows */
function figures(title, rows) {
  table(
    [title, 'found', 'aim', ''],
    rows.map(({ what, found, unit, aim }) => [
      what,
      `${found.toPrecision(3)} ${unit}`,
      aim === undefined ? '' : `${aim} ${unit}`,
      aim === undefined ? '' : found <= aim ? 'met' : 'missed',
    ]),
  );
}

/** @param {string} title @param {import('./core.mjs').Point[]} points */
function growth(title, points) {
  table(
    [title, 'µs', 'ns each', ''],
    points.map(({ size, us }) => [`${size}`, us.toFixed(0), ((us * 1000) / size).toFixed(0), '']),
  );
}

/** @param {string[]} head @param {string[][]} rows the first column is text, the others are figures */
function table(head, rows) {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => (row[column] ?? '').length)));
  for (const row of [head, ...rows]) {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    console.log(cells.join('  ').trimEnd());
  }
  console.log();
}
