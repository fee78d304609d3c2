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
import { ScriptError, elapsed, env, main, output, root, run } from './util.mjs';
import { wasmCompiler } from './toolchain.mjs';

const dist = join(root, 'dist');
// Under npm, `node` is Node 24 from node_modules/.bin. This is the one that started npm.
const ownNode = process.env.npm_node_execpath ?? process.execPath;
const bin = (/** @type {string} */ name) => join(root, 'node_modules', '.bin', name);

/** Slow tests of the bundles that matter only on the Node of the runners. */
const RUNNERS_ONLY = ['bench', 'faults'];

/** @type {Record<string, { title: string, run: () => Promise<unknown> }>} */
const stages = {
  dist: {
    title: 'dist is what its sources give',
    async run() {
      const other = await checkDist();
      // Only the wasm differs, so tests of the shim alone need not run again.
      const only = ['contract', 'guard', 'provenance', 'report', 'send'];
      if (other) await testBundles({ dist: other, node: node24(), only });
    },
  },
  types: { title: 'types of all JavaScript', run: checkTypes },
  clippy: { title: 'lints of the core', run: lint },
  native: { title: 'tests of the core', run: () => run('cargo', ['test', '--locked', '--all-features']) },
  wasm: { title: 'tests of the core as wasm', run: testWasm },
  fuzz: { title: 'fuzzing of the core, briefly', run: fuzzBriefly },
  format: { title: 'formatting', run: checkFormat },
  actions: { title: 'action.yml files, workflows and the examples of them', run: checkActions },
  audit: { title: 'licences and known vulnerabilities', run: audit },
  node: {
    title: `tests of dist on Node ${output(ownNode, ['--version'])}`,
    run: () =>
      testBundles({ dist, node: ownNode, only: testDirectories().filter((name) => !RUNNERS_ONLY.includes(name)) }),
  },
  node24: { title: "tests of dist on the runners' Node 24", run: () => testBundles({ dist, node: node24() }) },
  act: { title: 'workflows on a real runner', run: () => testBundles({ dist, node: node24(), only: ['act'] }) },
};

/** Two stages run at a time: one group mostly compiles, the other mostly runs Node. They take about as long. */
const parallelGroups = [
  ['dist', 'types', 'clippy', 'native', 'wasm'],
  ['format', 'actions', 'audit', 'node', 'act', 'node24', 'fuzz'],
];

/** The crate of the fuzz targets is not in the workspace of the core. */
const inFuzz = ['--manifest-path', 'fuzz/Cargo.toml'];

async function lint() {
  const clippy = ['clippy', '--locked', '--all-features'];
  const strict = ['--', '--deny', 'warnings'];
  await run('cargo', [...clippy, '--all-targets', ...strict]);
  await run('cargo', ['clippy', '--locked', ...inFuzz, '--target-dir', 'target/fuzz', ...strict]);
  // The code for wasm only. Debian's compiler has no clippy.
  const compiler = wasmCompiler();
  if (compiler && existsSync(join(compiler.sysroot, 'bin', 'cargo-clippy'))) {
    const target = ['--target', 'wasm32-unknown-unknown', '--target-dir', 'target/wasm/cli'];
    await run('cargo', [...clippy, ...target, ...strict], { env: compiler.env });
  }
}

async function checkTypes() {
  // The build writes the types of the core.
  if (!existsSync(join(root, 'target', 'pkg')))
    await run(process.execPath, ['scripts/build.mjs', '--out', 'target/dist']);
  await run(bin('tsc'), ['--project', '.']);
}

async function testWasm() {
  const compiler = wasmCompiler();
  if (!compiler) throw new ScriptError('no Rust compiler for wasm here: run `npm run setup`');
  await run(
    'wasm-pack',
    ['test', '--node', '--mode', 'no-install', '--', '--locked', '--features', 'cli', '--test', 'wasm'],
    {
      // The test program is in a temporary directory, and the core imports a package.
      env: {
        ...compiler.env,
        CARGO_TARGET_DIR: join(root, 'target', 'wasm', 'cli'),
        NODE_PATH: join(root, 'node_modules'),
      },
    },
  );
}

async function checkFormat() {
  await run(bin('prettier'), ['--check', '--log-level', 'warn', '.']);
  for (const manifest of [[], inFuzz]) await run('cargo', ['fmt', '--check', ...manifest, '--', '--color=never']);
}

async function checkActions() {
  const actions = ['action.yml', 'send/action.yml', 'report/action.yml', 'reconcile/action.yml'];
  const written = output(process.execPath, [join(root, 'tests', 'js', 'docs', 'write-examples.js')]);
  if (written === undefined) throw new ScriptError('`tests/js/docs/write-examples.js` failed');
  /** @type {{ valid: string[], unsafe: string[] }} */
  const examples = JSON.parse(written);
  const patterns = readdirSync(join(root, 'examples')).map((name) => join('examples', name));
  const workflows = ['.github/workflows', 'tests/workflows', ...patterns]
    .flatMap((directory) => readdirSync(join(root, directory)).map((name) => join(directory, name)))
    .filter((path) => path.endsWith('.yml') && !/(policy|\.test)\.yml$/.test(path))
    .concat(examples.valid);
  const schema = ['--builtin-schema'];
  const jactionlint = ['--config-file', '.github/jactionlint.yaml'];
  const zizmor = ['--offline', '--quiet', '--config', '.github/zizmor.yml'];
  await run('check-jsonschema', [...schema, 'vendor.github-actions', ...actions]);
  await run('check-jsonschema', [...schema, 'vendor.github-workflows', ...workflows]);
  await run('check-jsonschema', [...schema, 'vendor.dependabot', '.github/dependabot.yml']);
  await run('jactionlint', [...jactionlint, ...actions, ...workflows]);
  await run('zizmor', [...zizmor, '.github/dependabot.yml', ...actions, ...workflows]);
  // The example that the page on migration warns about must have findings, otherwise the checkers check nothing.
  for (const [checker, args] of Object.entries({ jactionlint, zizmor })) {
    const missed = output(checker, [...args, ...examples.unsafe]) !== undefined;
    if (missed) throw new ScriptError(`${checker} has no findings in ${examples.unsafe.join(', ')}`);
  }
}

/** Whatever is available: a mirror may lack the databases that CI has. Skipped parts are printed. */
async function audit() {
  const lines = [npmAudit(), await cargoDeny()];
  return lines.flat().join('\n');
}

function npmAudit() {
  const args = ['audit', '--package-lock-only', '--audit-level=high', '--json', '--fetch-retries=0'];
  const { error, status, stdout } = spawnSync('npm', args, { cwd: root, env, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (error) throw new ScriptError(`\`npm audit\` did not start: ${error.message}`);
  const report = JSON.parse(stdout);
  // Without a report the registry's message says why.
  if (report.auditReportVersion === undefined) return `skipped: npm audit, because ${report.message}`;
  if (status !== 0) throw new ScriptError(`${stdout}\`npm audit\` found packages with known vulnerabilities`);
  return `npm audit: no vulnerability of high severity in ${report.metadata.dependencies.total} packages`;
}

async function cargoDeny() {
  if (output('cargo-deny', ['--version']) === undefined) return 'skipped: cargo deny, which is not installed';
  await run('cargo', ['deny', '--locked', 'check', 'bans', 'licenses', 'sources']);
  return ['cargo deny: bans, licenses and sources', 'skipped: advisories of cargo deny; only CI fetches the database'];
}

/** The lines with the counts of cargo's and Node's test runners, and about skipped parts. */
const countingLine = /^(test result: |# (tests|pass|fail|skipped|fuzz) |skipped: )/;

/** @param {string} name */
function stageOf(name) {
  const stage = Object.hasOwn(stages, name) ? stages[name] : undefined;
  if (!stage) throw new ScriptError(`unknown stage \`${name}\`; expected ${Object.keys(stages).join(', ')}`);
  return stage;
}

/** @param {string} name of the stage */
async function runInProcess(name) {
  const counts = await stageOf(name).run();
  if (typeof counts === 'string') console.log(counts);
}

/**
 * Runs one stage in a process and prints its output when it ends.
 * @param {string} name
 * @returns {Promise<{ name: string, passed: boolean, counts: string[] }>}
 */
function runInSubprocess(name) {
  const start = performance.now();
  const child = spawn(process.execPath, [import.meta.filename, '--stage', name], { cwd: root });
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  child.stderr.on('data', (chunk) => (text += chunk));
  return new Promise((resolve) => {
    child.on('close', (status) => {
      const passed = status === 0;
      console.log(`\n=== ${name}: ${stageOf(name).title}\n\n${text.trimEnd()}`);
      console.log(`\n=== ${name} ${passed ? 'passed' : 'FAILED'} after ${elapsed(start)}`);
      resolve({ name, passed, counts: text.split('\n').filter((line) => countingLine.test(line)) });
    });
  });
}

/** @param {string[]} names of the stages to run */
async function runAll(names) {
  const start = performance.now();
  const results = await Promise.all(
    parallelGroups.map(async (group) => {
      const done = [];
      for (const name of group.filter((name) => names.includes(name))) done.push(await runInSubprocess(name));
      return done;
    }),
  );
  const failed = results.flat().filter((result) => !result.passed);
  console.log(`\n=== all done after ${elapsed(start)}`);
  for (const { name, counts } of results.flat()) {
    if (counts.length) console.log(`\n=== ${name}\n${counts.join('\n')}`);
  }
  if (failed.length) throw new ScriptError(`failed: ${failed.map((result) => result.name).join(', ')}`);
}

await main(async () => {
  const [first, ...rest] = process.argv.slice(2);
  if (first === '--list') {
    for (const [name, { title }] of Object.entries(stages)) console.log(`${name.padEnd(8)} ${title}`);
  } else if (first === '--stage') {
    await runInProcess(rest[0] ?? '');
  } else {
    const asked = process.argv.slice(2);
    asked.forEach(stageOf);
    await run(process.execPath, [join(root, 'scripts', 'setup.mjs')]);
    if (asked.length === 1) await runInProcess(asked.join());
    else await runAll(asked.length ? asked : Object.keys(stages));
  }
});
