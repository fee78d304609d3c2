// @ts-check
// Gets everything that building and testing need; does nothing, quickly, where it is already here.
//
//   npm run setup                       all of it
//   npm run setup -- npm compiler wasm  only these parts: what a build needs
//   npm run setup -- --exact            fails where it would take another compiler or crate than the pinned ones
//
// Needed beforehand: Node 20 or later, a stable Rust with cargo, Python 3.11 or later.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, env, main, output, readText, root, run, seconds, tools } from './lib.mjs';
import { installWasmCompiler, pinned, wasmCompiler, wasmCompilerReady } from './toolchain.mjs';

const wasmPackVersion = '0.15.1';

const quiet = { quiet: true };
const exact = process.argv.includes('--exact');

/** Part, whether it is here already, and how to get it. */
const parts = {
  npm: { title: 'npm packages', ready: npmReady, install: () => run('npm', ['ci', '--no-audit', '--no-fund'], quiet) },
  compiler: {
    title: 'Rust for wasm',
    ready: () => wasmCompilerReady(exact),
    install: () => installWasmCompiler(exact),
  },
  wasm: { title: 'wasm-pack and wasm-bindgen', ready: wasmToolsReady, install: installWasmTools },
  python: { title: 'runner and checkers', ready: pythonReady, install: installPython },
};

/** What npm noted of the last install, in node_modules, against the lock file. */
function npmReady() {
  const note = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(note)) return false;
  const wanted = JSON.parse(readText('package-lock.json')).packages;
  const present = JSON.parse(readFileSync(note, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, { integrity, optional }]) =>
      // A package for another platform is optional and absent.
      path === '' || (present[path] ? present[path].integrity === integrity : optional),
  );
}

/** The command-line tool must be of the very version of the crate. */
function wasmBindgenVersion() {
  const [, version] = /name = "wasm-bindgen"\nversion = "(.+)"/.exec(readText('Cargo.lock')) ?? [];
  if (!version) throw new Failure('Cargo.lock does not name wasm-bindgen');
  return version;
}

const wasmPackReady = () => output('wasm-pack', ['--version']) === `wasm-pack ${wasmPackVersion}`;
const wasmBindgenReady = () => output('wasm-bindgen', ['--version']) === `wasm-bindgen ${wasmBindgenVersion()}`;
function wasmToolsReady() {
  return wasmPackReady() && wasmBindgenReady();
}

async function installWasmTools() {
  const build = join(tools, 'build');
  const options = {
    ...quiet,
    env: {
      ...env,
      CARGO_TARGET_DIR: build,
      // Used for seconds, compiled for minutes: the compiler shall not try hard.
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
    const wasmBindgen = [...install, 'wasm-bindgen-cli', '--version', wasmBindgenVersion()];
    await run('cargo', [...wasmBindgen, '--locked'], options).catch((error) => {
      // A mirror may lack one of the locked crates and have another release of it.
      if (exact) throw error;
      console.log('setup: wasm-bindgen cannot be had with the crates that it locks; taking others');
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
  const known = Object.keys(parts);
  const asked = process.argv.slice(2).filter((argument) => argument !== '--exact');
  const unknown = asked.find((name) => !known.includes(name));
  if (unknown) throw new Failure(`no part \`${unknown}\`; there are: ${known.join(', ')}`);

  const start = performance.now();
  mkdirSync(tools, { recursive: true });
  const missing = Object.entries(parts).filter(
    ([name, part]) => (!asked.length || asked.includes(name)) && !part.ready(),
  );
  const results = await Promise.allSettled(
    missing.map(async ([, part]) => {
      console.log(`setup: ${part.title} …`);
      await part.install();
      if (!part.ready()) throw new Failure(`setup: ${part.title} was installed but is not as it should be`);
      console.log(`setup: ${part.title} ready after ${seconds(start)}`);
    }),
  );
  const failed = results.filter((result) => result.status === 'rejected');
  if (failed.length) {
    const reasons = failed.map(({ reason }) => (reason instanceof Failure ? reason.message : reason.stack));
    throw new Failure(reasons.join('\n'));
  }

  const version = wasmCompiler()?.version ?? 'no Rust for wasm';
  console.log(
    `setup: ${version}${version.startsWith(`rustc ${pinned} `) ? '' : ` (a release is built with ${pinned})`}`,
  );
  console.log(`setup: done in ${seconds(start)}`);
});
