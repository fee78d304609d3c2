// @ts-check
// Sets up what the tests need and runs them all.
//
//   npm test                    everything
//   npm test -- native clippy   only these stages
//   npm test -- --list          their names
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { node24, testBundles } from './bundle-tests.mjs';
import { checkDist } from './check-dist.mjs';
import { Failure, main, output, root, run, seconds } from './lib.mjs';
import { wasmCompiler } from './toolchain.mjs';

const dist = join(root, 'dist');
// Under npm, `node` is what node_modules/.bin holds: the runners' Node 24. This is the one that npm was started with.
const ownNode = process.env.npm_node_execpath ?? process.execPath;
const bin = (/** @type {string} */ name) => join(root, 'node_modules', '.bin', name);

/** @type {Record<string, { title: string, job: () => Promise<unknown> }>} */
const stages = {
  dist: {
    title: 'dist is what its sources give',
    async job() {
      const other = await checkDist();
      if (other) await testBundles({ dist: other, node: node24() });
    },
  },
  types: { title: 'types of the shim and the scripts', job: checkTypes },
  clippy: { title: 'lints of the core', job: lint },
  native: { title: 'tests of the core', job: () => run('cargo', ['test', '--locked', '--all-features']) },
  wasm: { title: 'tests of the core as wasm', job: testWasm },
  format: { title: 'formatting', job: checkFormat },
  actions: { title: 'action.yml files and workflows', job: checkActions },
  node: {
    title: `tests of dist on Node ${output(ownNode, ['--version'])}`,
    job: () => testBundles({ dist, node: ownNode }),
  },
  node24: { title: "tests of dist on the runners' Node 24", job: () => testBundles({ dist, node: node24() }) },
  act: { title: 'workflows on a real runner', job: () => testBundles({ dist, node: node24(), act: true }) },
};

/** Two run side by side: one lane compiles, in the other little else than Node is at work. */
const lanes = [
  ['dist', 'types', 'clippy', 'native', 'wasm'],
  ['format', 'actions', 'node', 'act', 'node24'],
];

async function lint() {
  const clippy = ['clippy', '--locked', '--all-features'];
  const strict = ['--', '--deny', 'warnings'];
  await run('cargo', [...clippy, '--all-targets', ...strict]);
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
  await run('cargo', ['fmt', '--check', '--', '--color=never']);
}

async function checkActions() {
  const actions = ['action.yml', 'send/action.yml', 'report/action.yml'];
  const workflows = ['.github/workflows', 'tests/workflows']
    .flatMap((directory) => readdirSync(join(root, directory)).map((name) => join(directory, name)))
    .filter((path) => path.endsWith('.yml'));
  const schema = ['--builtin-schema'];
  await run('check-jsonschema', [...schema, 'vendor.github-actions', ...actions]);
  await run('check-jsonschema', [...schema, 'vendor.github-workflows', ...workflows]);
  await run('check-jsonschema', [...schema, 'vendor.dependabot', '.github/dependabot.yml']);
  await run('jactionlint', ['--config-file', '.github/jactionlint.yaml', ...actions, ...workflows]);
  await run('zizmor', ['--offline', '--quiet', '--config', '.github/zizmor.yml', ...actions, ...workflows]);
}

/** The lines in which cargo's and Node's test runners count what they ran. */
const countingLine = /^(test result: |# (tests|pass|fail|skipped) )/;

/** @param {string} name of the stage */
async function runHere(name) {
  const counts = await stages[name].job();
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
      console.log(`\n=== ${name}: ${stages[name].title}\n\n${text.trimEnd()}`);
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
    await runHere(rest[0]);
  } else {
    const asked = process.argv.slice(2);
    const unknown = asked.find((name) => !(name in stages));
    if (unknown) throw new Failure(`no stage \`${unknown}\`; there are: ${Object.keys(stages).join(', ')}`);
    await run(process.execPath, [join(root, 'scripts', 'setup.mjs')]);
    if (asked.length === 1) await runHere(asked[0]);
    else await runAll(asked.length ? asked : Object.keys(stages));
  }
});
