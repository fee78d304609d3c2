// @ts-check
// Which Rust compiler builds the wasm, and how to get one.
//
// A release is built with `pinned`, so that anyone can repeat it byte for byte. Where rustup cannot fetch that, Debian's
// compiler does as well, though with other bytes: its packages hold no wasm standard library but the sources of one,
// which is compiled once and put into a sysroot of our own. Nothing outside `tools` is changed but for apt's packages.
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Failure, cargoHome, env, output, run, tools, withPath } from './lib.mjs';

export const pinned = '1.95.0';
const target = 'wasm32-unknown-unknown';
const debianDirectory = join(tools, 'rust');
const debianStamp = join(debianDirectory, 'version');
/** Names the version that rustup could not get here, so that it is not tried, and waited for, every time. */
const missedStamp = join(tools, 'rust-not-to-be-had');

/**
 * @typedef {object} Compiler
 * @property {string} version as `rustc --version` prints it
 * @property {string} sysroot
 * @property {NodeJS.ProcessEnv} env in which `cargo` and `rustc` are this compiler's
 */

/**
 * The compiler in an environment, if it can build for wasm.
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Compiler | undefined}
 */
function compilerIn(environment) {
  const sysroot = output('rustc', ['--print', 'sysroot'], environment);
  if (!sysroot || !existsSync(join(sysroot, 'lib', 'rustlib', target, 'lib'))) return undefined;
  return { version: output('rustc', ['--version'], environment) ?? 'unknown', sysroot, env: environment };
}

const wantsDebian = process.env.DISPATCH_GUARD_COMPILER === 'debian';
const pinnedEnv = { ...env, RUSTUP_TOOLCHAIN: pinned };
const debianEnv = withPath(env, join(debianDirectory, 'bin'));

/** Debian's, unless apt has since replaced the compiler that our standard library was built with. */
function debianCompiler() {
  const compiler = existsSync(debianStamp) ? compilerIn(debianEnv) : undefined;
  return compiler && compiler.version === readFileSync(debianStamp, 'utf8') ? compiler : undefined;
}

/**
 * The compiler to build the wasm with: the pinned one if it is here, else any.
 * `DISPATCH_GUARD_COMPILER=debian` asks for Debian's, to try that way on a machine that has both.
 * @returns {Compiler | undefined}
 */
export function wasmCompiler() {
  if (wantsDebian) return debianCompiler();
  const active = compilerIn(env);
  if (isPinned(active)) return active;
  return compilerIn(pinnedEnv) ?? active ?? debianCompiler();
}

/** @param {Compiler | undefined} compiler */
const isPinned = (compiler) => compiler?.version.startsWith(`rustc ${pinned} `) ?? false;

/**
 * Whether there is nothing to get: the pinned compiler is here, or another one is and the pinned one cannot be had.
 * @param {boolean} exact no other compiler than the pinned one will do
 */
export function wasmCompilerReady(exact) {
  const compiler = wasmCompiler();
  if (isPinned(compiler) || exact) return isPinned(compiler);
  const missed = existsSync(missedStamp) && readFileSync(missedStamp, 'utf8') === pinned;
  return compiler !== undefined && (wantsDebian || missed || !hasRustup());
}

/**
 * Gets a compiler for wasm: the pinned one by rustup if that works, otherwise Debian's where there is none at all.
 * @param {boolean} exact fail where the pinned one cannot be had
 */
export async function installWasmCompiler(exact) {
  if (!wantsDebian && hasRustup()) {
    if (await installPinned()) return;
    if (!exact) writeFileSync(missedStamp, pinned);
  }
  if (exact) throw new Failure(`Rust ${pinned} for ${target} cannot be had here, and no other compiler will do`);
  if (wantsDebian || wasmCompiler() === undefined) await installDebian();
}

const hasRustup = () => output('rustup', ['--version']) !== undefined;

async function installPinned() {
  const active = output('rustc', ['--version'])?.startsWith(`rustc ${pinned} `);
  // Where its server cannot be reached, rustup waits for ever.
  const options = { quiet: true, timeout: 120_000 };
  try {
    if (active) await run('rustup', ['target', 'add', target], options);
    else await run('rustup', ['toolchain', 'install', pinned, '--profile', 'minimal', '--target', target], options);
    return true;
  } catch (error) {
    console.log(`rustup could not get Rust ${pinned} for ${target}: ${/** @type {Error} */ (error).message}`);
    return false;
  }
}

async function installDebian() {
  if (!existsSync('/usr/bin/apt-get')) {
    throw new Failure(`no Rust compiler for ${target}: run \`rustup toolchain install ${pinned} --target ${target}\``);
  }
  const packages = ['rustc-web', 'cargo-web', 'rust-web-src', 'lld-22'];
  const files = ['/usr/bin/rustc', '/usr/bin/cargo', '/usr/lib/rustlib/src/rust/library', '/usr/bin/lld-22'];
  if (!files.every((file) => existsSync(file))) {
    const apt = process.getuid?.() === 0 ? ['apt-get'] : ['sudo', '-n', 'apt-get'];
    const [program, ...args] = [...apt, '-o', 'DPkg::Lock::Timeout=120'];
    await run(program, [...args, 'update'], { quiet: true });
    await run(program, [...args, 'install', '-y', '--no-install-recommends', ...packages], { quiet: true });
  }

  rmSync(debianDirectory, { recursive: true, force: true });
  const library = join(debianDirectory, 'lib', 'rustlib');
  mkdirSync(join(debianDirectory, 'bin'), { recursive: true });
  mkdirSync(library, { recursive: true });
  for (const part of readdirSync('/usr/lib/rustlib')) symlinkSync(`/usr/lib/rustlib/${part}`, join(library, part));
  symlinkSync('/usr/bin/cargo', join(debianDirectory, 'bin', 'cargo'));
  symlinkSync('/usr/bin/lld-22', join(debianDirectory, 'bin', 'rust-lld'));
  const rustc = join(debianDirectory, 'bin', 'rustc');
  writeFileSync(rustc, `#!/bin/sh\nexec /usr/bin/rustc --sysroot '${debianDirectory}' "$@"\n`);
  chmodSync(rustc, 0o755);
  await buildStandardLibrary(join(library, target, 'lib'));
  writeFileSync(debianStamp, output(rustc, ['--version']) ?? '');
}

/**
 * Compiles Rust's standard library for wasm, from the sources that came with the compiler.
 * @param {string} destination
 */
async function buildStandardLibrary(destination) {
  const crate = join(debianDirectory, 'std');
  mkdirSync(crate);
  writeFileSync(
    join(crate, 'Cargo.toml'),
    '[package]\nname = "empty"\nedition = "2024"\n[lib]\npath = "empty.rs"\n[workspace]\n',
  );
  writeFileSync(join(crate, 'empty.rs'), '');
  const args = ['build', '--release', '--target', target, '-Z', 'build-std=std,panic_abort,test'];
  await run('cargo', args, {
    cwd: crate,
    env: {
      ...debianEnv,
      RUSTC: '/usr/bin/rustc',
      RUSTC_BOOTSTRAP: '1', // lets a stable compiler take `-Z build-std`; nothing else is built with it
      CARGO_TARGET_DIR: join(crate, 'target'),
      CARGO_ENCODED_RUSTFLAGS: [
        '--remap-path-prefix=/usr/lib/rustlib/src/rust=/rust',
        `--remap-path-prefix=${cargoHome}/registry/src=/cargo`,
      ].join('\x1f'),
    },
    quiet: true,
  });
  const built = join(crate, 'target', target, 'release', 'deps');
  mkdirSync(destination, { recursive: true });
  for (const file of readdirSync(built)) {
    if (file.endsWith('.rlib') && !file.startsWith('libempty-'))
      copyFileSync(join(built, file), join(destination, file));
  }
  rmSync(crate, { recursive: true });
}
