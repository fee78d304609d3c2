// @ts-check
// Sets up what the tests need and runs them all.
//
//   npm test                    everything
//   npm test -- native clippy   only these stages
//   npm test -- --list          their names
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { node24, testBundles, testDirectories } from './bundle-tests.mjs';
import { checkDist } from './check-dist.mjs';
import { fuzzBriefly } from './fuzz.mjs';
import { Failure, env, main, output, root, run, seconds } from './lib.mjs';
import { wasmCompiler } from './toolchain.mjs';

const dist = join(root, 'dist');
// Under npm, `node` is what node_modules/.bin holds: the runners' Node 24. This is the one that npm was started with.
const ownNode = process.env.npm_node_execpath ?? process.execPath;
const bin = (/** @type {string} */ name) => join(root, 'node_modules', '.bin', name);

/** Tests of the bundles that take long and are about what happens on a runner. */
const RUNNERS_ONLY = ['bench', 'faults'];

/** @type {Record<string, { title: string, job: () => Promise<unknown> }>} */
const stages = {
  dist: {
    title: 'dist is what its sources give',
    async job() {
      const other = await checkDist();
      // The wasm is another compiler's: what rests on the shim alone need not be tested again.
      const only = ['contract', 'guard', 'provenance', 'report', 'send'];
      if (other) await testBundles({ dist: other, node: node24(), only });
    },
  },
  types: { title: 'types of all JavaScript', job: checkTypes },
  clippy: { title: 'lints of the core', job: lint },
  native: { title: 'tests of the core', job: () => run('cargo', ['test', '--locked', '--all-features']) },
  wasm: { title: 'tests of the core as wasm', job: testWasm },
  fuzz: { title: 'the core on inputs by the thousand', job: fuzzBriefly },
  format: { title: 'formatting', job: checkFormat },
  actions: { title: 'action.yml files, workflows and the examples of them', job: checkActions },
  audit: { title: 'licences and known vulnerabilities', job: audit },
  node: {
    title: `tests of dist on Node ${output(ownNode, ['--version'])}`,
    job: () =>
      testBundles({ dist, node: ownNode, only: testDirectories().filter((name) => !RUNNERS_ONLY.includes(name)) }),
  },
  node24: { title: "tests of dist on the runners' Node 24", job: () => testBundles({ dist, node: node24() }) },
  act: { title: 'workflows on a real runner', job: () => testBundles({ dist, node: node24(), only: ['act'] }) },
};

/** Two run side by side: one lane compiles, in the other little else than Node is at work. */
const lanes = [
  ['dist', 'types', 'clippy', 'native', 'wasm', 'fuzz'],
  ['format', 'actions', 'audit', 'node', 'act', 'node24'],
];

/** The crate of the fuzz targets is no part of the core's. */
const inFuzz = ['--manifest-path', 'fuzz/Cargo.toml'];

async function lint() {
  const clippy = ['clippy', '--locked', '--all-features'];
  const strict = ['--', '--deny', 'warnings'];
  await run('cargo', [...clippy, '--all-targets', ...strict]);
  await run('cargo', ['clippy', '--locked', ...inFuzz, '--target-dir', 'target/fuzz', ...strict]);
  // What only the wasm has. Debian's compiler comes without clippy.
  const compiler = wasmCompiler();
  if (compiler && existsSync(join(compiler.sysroot, 'bin', 'cargo-clippy'))) {
    const target = ['--target', 'wasm32-unknown-unknown', '--target-dir', 'target/wasm'];
    await run('cargo', [...clippy, ...target, ...strict], { env: compiler.env });
  }
}

async function checkTypes() {
  // The core's own types are written by its build.
  if (!existsSync(join(root, 'target', 'pkg')))
    await run(process.execPath, ['scripts/build.mjs', '--out', 'target/dist']);
  await run(bin('tsc'), ['--project', '.']);
}

async function testWasm() {
  const compiler = wasmCompiler();
  if (!compiler) throw new Failure('no Rust compiler for wasm here: run `npm run setup`');
  await run('wasm-pack', ['test', '--node', '--mode', 'no-install', '--', '--locked', '--test', 'wasm'], {
    // The test program lies in a directory of its own, and the core imports a package.
    env: {
      ...compiler.env,
      CARGO_TARGET_DIR: join(root, 'target', 'wasm'),
      NODE_PATH: join(root, 'node_modules'),
    },
  });
}

async function checkFormat() {
  await run(bin('prettier'), ['--check', '--log-level', 'warn', '.']);
  for (const manifest of [[], inFuzz]) await run('cargo', ['fmt', '--check', ...manifest, '--', '--color=never']);
}

async function checkActions() {
  const actions = ['action.yml', 'send/action.yml', 'report/action.yml'];
  // It needs packages, and this script starts before they are installed.
  const { writeExamples } = await import('./examples.mjs');
  const examples = writeExamples();
  const workflows = ['.github/workflows', 'tests/workflows']
    .flatMap((directory) => readdirSync(join(root, directory)).map((name) => join(directory, name)))
    .filter((path) => path.endsWith('.yml'))
    .concat(examples.sound);
  const schema = ['--builtin-schema'];
  const jactionlint = ['--config-file', '.github/jactionlint.yaml'];
  const zizmor = ['--offline', '--quiet', '--config', '.github/zizmor.yml'];
  await run('check-jsonschema', [...schema, 'vendor.github-actions', ...actions]);
  await run('check-jsonschema', [...schema, 'vendor.github-workflows', ...workflows]);
  await run('check-jsonschema', [...schema, 'vendor.dependabot', '.github/dependabot.yml']);
  await run('jactionlint', [...jactionlint, ...actions, ...workflows]);
  await run('zizmor', [...zizmor, '.github/dependabot.yml', ...actions, ...workflows]);
  // What the page on migration warns of has to be found, or the checkers check nothing.
  for (const [checker, args] of Object.entries({ jactionlint, zizmor })) {
    const missed = output(checker, [...args, ...examples.unsound]) !== undefined;
    if (missed) throw new Failure(`${checker} finds nothing wrong with ${examples.unsound.join(', ')}`);
  }
}

/** What can be had here: a mirror may lack the databases, which CI has. What is left out is said. */
async function audit() {
  const lines = [npmAudit(), await cargoDeny()];
  return lines.flat().join('\n');
}

function npmAudit() {
  const args = ['audit', '--package-lock-only', '--audit-level=high', '--json', '--fetch-retries=0'];
  const { error, status, stdout } = spawnSync('npm', args, { cwd: root, env, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (error) throw new Failure(`\`npm audit\` did not start: ${error.message}`);
  const report = JSON.parse(stdout);
  // Only an answer of the registry has a version; anything else says why there is none.
  if (report.auditReportVersion === undefined)
    return `skipped: npm audit, of which the registry says: ${report.message}`;
  if (status !== 0) throw new Failure(`${stdout}\`npm audit\` found packages with known vulnerabilities`);
  return `npm audit: nothing of high severity known of ${report.metadata.dependencies.total} packages`;
}

async function cargoDeny() {
  if (output('cargo-deny', ['--version']) === undefined) return 'skipped: cargo deny, which is not installed';
  await run('cargo', ['deny', '--locked', 'check', 'bans', 'licenses', 'sources']);
  return ['cargo deny: bans, licenses and sources', 'skipped: cargo deny advisories, whose database only CI fetches'];
}

/** The lines in which cargo's and Node's test runners count what they ran, and those that say what was not run. */
const countingLine = /^(test result: |# (tests|pass|fail|skipped|fuzz) |skipped: )/;

/** @param {string} name */
function stageOf(name) {
  const stage = Object.hasOwn(stages, name) ? stages[name] : undefined;
  if (!stage) throw new Failure(`no stage \`${name}\`; there are: ${Object.keys(stages).join(', ')}`);
  return stage;
}

/** @param {string} name of the stage */
async function runHere(name) {
  const counts = await stageOf(name).job();
  if (typeof counts === 'string') console.log(counts);
}

/**
 * Runs one stage in a process of its own and prints what it printed, in one piece.
 * @param {string} name
 * @returns {Promise<{ name: string, passed: boolean, counts: string[] }>}
 */
function runApart(name) {
  const start = performance.now();
  const child = spawn(process.execPath, [import.meta.filename, '--stage', name], { cwd: root });
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  child.stderr.on('data', (chunk) => (text += chunk));
  return new Promise((resolve) => {
    child.on('close', (status) => {
      const passed = status === 0;
      console.log(`\n=== ${name}: ${stageOf(name).title}\n\n${text.trimEnd()}`);
      console.log(`\n=== ${name} ${passed ? 'passed' : 'FAILED'} after ${seconds(start)}`);
      resolve({ name, passed, counts: text.split('\n').filter((line) => countingLine.test(line)) });
    });
  });
}

/** @param {string[]} names of the stages to run */
async function runAll(names) {
  const start = performance.now();
  const results = await Promise.all(
    lanes.map(async (lane) => {
      const done = [];
      for (const name of lane.filter((name) => names.includes(name))) done.push(await runApart(name));
      return done;
    }),
  );
  const failed = results.flat().filter((result) => !result.passed);
  console.log(`\n=== all done after ${seconds(start)}`);
  for (const { name, counts } of results.flat()) {
    if (counts.length) console.log(`\n=== ${name}\n${counts.join('\n')}`);
  }
  if (failed.length) throw new Failure(`failed: ${failed.map((result) => result.name).join(', ')}`);
}

await main(async () => {
  const [first, ...rest] = process.argv.slice(2);
  if (first === '--list') {
    for (const [name, { title }] of Object.entries(stages)) console.log(`${name.padEnd(8)} ${title}`);
  } else if (first === '--stage') {
    await runHere(rest[0] ?? '');
  } else {
    const asked = process.argv.slice(2);
    asked.forEach(stageOf);
    await run(process.execPath, [join(root, 'scripts', 'setup.mjs')]);
    if (asked.length === 1) await runHere(asked.join());
    else await runAll(asked.length ? asked : Object.keys(stages));
  }
});
