// @ts-check
// Installs what building and testing need; returns quickly if nothing is missing.
//
//   npm run setup                       all of it
//   npm run setup -- npm compiler wasm  only these parts: what a build needs
//   npm run setup -- --exact            fails instead of using another compiler or crate than the pinned ones
//
// Required: Node 20 or later, Rust with cargo and rustup, Python 3.11 or later.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ScriptError, elapsed, env, main, output, readText, root, run, tools } from './util.mjs';
import { installWasmCompiler, isPinned, pinned, wasmCompiler } from './toolchain.mjs';

const wasmPackVersion = '0.15.1';
/** The command-line tool must have the version of the crate. */
const wasmBindgenVersion = /name = "wasm-bindgen"\nversion = "(.+)"/.exec(readText('Cargo.lock'))?.[1];

const quiet = { quiet: true };
const { values, positionals } = parseArgs({ options: { exact: { type: 'boolean' } }, allowPositionals: true });
const exact = values.exact ?? false;

/** @type {Record<string, { title: string, ready: () => boolean, install: () => Promise<void>, after?: string }>} */
const parts = {
  npm: { title: 'npm packages', ready: npmReady, install: () => run('npm', ['ci', '--no-audit', '--no-fund'], quiet) },
  compiler: {
    title: 'Rust for wasm',
    ready: () => (exact ? isPinned(wasmCompiler()) : wasmCompiler() !== undefined),
    install: () => installWasmCompiler(exact),
  },
  wasm: {
    title: 'wasm-pack and wasm-bindgen',
    ready: () => wasmPackReady() && wasmBindgenReady(),
    install: installWasmTools,
    // While rustup installs a toolchain, a `cargo` that starts can fail.
    after: 'compiler',
  },
  python: { title: 'runner and checkers', ready: pythonReady, install: installPython },
};

/** Compares npm's record of the last install, in node_modules, with the lock file. */
function npmReady() {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const wanted = JSON.parse(readText('package-lock.json')).packages;
  const present = JSON.parse(readFileSync(record, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, { integrity, optional }]) =>
      // A package for another platform is optional and absent.
      path === '' || (present[path] ? present[path].integrity === integrity : optional),
  );
}

const wasmPackReady = () => output('wasm-pack', ['--version']) === `wasm-pack ${wasmPackVersion}`;
const wasmBindgenReady = () => output('wasm-bindgen', ['--version']) === `wasm-bindgen ${wasmBindgenVersion}`;

async function installWasmTools() {
  const build = join(tools, 'build');
  const options = {
    ...quiet,
    env: {
      ...env,
      CARGO_TARGET_DIR: build,
      // They run for seconds and compile for minutes, so optimizing them does not pay.
      CARGO_PROFILE_RELEASE_OPT_LEVEL: '1',
      CARGO_PROFILE_RELEASE_LTO: 'off',
      CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16',
      CARGO_PROFILE_RELEASE_DEBUG: 'false',
    },
  };
  const install = ['install', '--root', tools, '--force'];
  if (!wasmPackReady()) {
    await run('cargo', [...install, 'wasm-pack', '--version', wasmPackVersion, '--locked'], options);
  }
  if (!wasmBindgenReady()) {
    const wasmBindgen = [...install, 'wasm-bindgen-cli', '--version', `${wasmBindgenVersion}`];
    await run('cargo', [...wasmBindgen, '--locked'], options).catch((error) => {
      // A mirror may lack one of the locked crates and have another release of it.
      if (exact) throw error;
      console.log('setup: the locked crates of wasm-bindgen are not available; using others');
      return run('cargo', wasmBindgen, options);
    });
  }
  rmSync(build, { recursive: true, force: true });
}

const requirements = join(root, 'scripts', 'requirements.txt');
const python = join(tools, 'python');
function pythonReady() {
  const installed = join(python, 'requirements.txt');
  return existsSync(installed) && readFileSync(installed, 'utf8') === readFileSync(requirements, 'utf8');
}

async function installPython() {
  rmSync(python, { recursive: true, force: true });
  await run('python3', ['-m', 'venv', python], quiet);
  const install = ['install', '--quiet', '--require-hashes', '--requirement', requirements];
  await run(join(python, 'bin', 'pip'), install, quiet);
  cpSync(requirements, join(python, 'requirements.txt'));
}

await main(async () => {
  const unknown = positionals.find((name) => !Object.hasOwn(parts, name));
  if (unknown) throw new ScriptError(`unknown part \`${unknown}\`; expected ${Object.keys(parts).join(', ')}`);

  const start = performance.now();
  mkdirSync(tools, { recursive: true });
  const selected = Object.entries(parts).filter(([name]) => !positionals.length || positionals.includes(name));
  /** @type {Map<string, Promise<void>>} */
  const installations = new Map();
  for (const [name, { title, ready, install, after = '' }] of selected) {
    const earlier = installations.get(after);
    const installation = async () => {
      await earlier;
      if (ready()) return;
      console.log(`setup: ${title} …`);
      await install();
      if (!ready()) throw new ScriptError(`setup: ${title}: still missing after the installation`);
      console.log(`setup: ${title} ready after ${elapsed(start)}`);
    };
    installations.set(name, installation());
  }
  const results = await Promise.allSettled(installations.values());
  const failed = results.filter((result) => result.status === 'rejected');
  if (failed.length) {
    const reasons = failed.map(({ reason }) => (reason instanceof ScriptError ? reason.message : reason.stack));
    throw new ScriptError(reasons.join('\n'));
  }

  const compiler = wasmCompiler();
  const release = isPinned(compiler) ? '' : ` (a release is built with ${pinned})`;
  console.log(`setup: ${compiler?.version ?? 'no Rust for wasm'}${release}; done in ${elapsed(start)}`);
});
