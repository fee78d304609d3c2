// @ts-check
// Debian's Rust compiler for wasm, for machines without rustup's server. Its packages have no standard library for wasm,
// only the sources, which are compiled once into a sysroot below .tools. Nothing else on the machine changes except
// apt's packages. The wasm differs in its bytes from that of the pinned compiler.
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
import { ScriptError, cargoHome, env, output, prependPath, run, tools } from './util.mjs';

const sysroot = join(tools, 'rust');

/** The environment in which `cargo` and `rustc` are Debian's, once they are installed. */
export const debianEnv = prependPath(env, join(sysroot, 'bin'));

/** The compiler that the standard library was built with. apt may replace the compiler later. */
const stamp = join(sysroot, 'version');

export function hasDebian() {
  return existsSync(stamp) && output('/usr/bin/rustc', ['--version']) === readFileSync(stamp, 'utf8');
}

const packages = ['rustc-web', 'cargo-web', 'rust-web-src', 'lld-22'];
const installed = ['/usr/bin/rustc', '/usr/bin/cargo', '/usr/lib/rustlib/src/rust/library', '/usr/bin/lld-22'];

/** @param {string} target */
export async function installDebian(target) {
  if (!existsSync('/usr/bin/apt-get')) throw new ScriptError(`no Rust compiler for ${target}, and no apt to get one`);
  if (!installed.every((file) => existsSync(file))) {
    const apt = process.getuid?.() === 0 ? ['apt-get'] : ['sudo', '-n', 'apt-get'];
    const [program = '', ...args] = [...apt, '-o', 'DPkg::Lock::Timeout=120'];
    await run(program, [...args, 'update'], { quiet: true });
    await run(program, [...args, 'install', '-y', '--no-install-recommends', ...packages], { quiet: true });
  }

  rmSync(sysroot, { recursive: true, force: true });
  const library = join(sysroot, 'lib', 'rustlib');
  mkdirSync(join(sysroot, 'bin'), { recursive: true });
  mkdirSync(library, { recursive: true });
  for (const part of readdirSync('/usr/lib/rustlib')) symlinkSync(`/usr/lib/rustlib/${part}`, join(library, part));
  symlinkSync('/usr/bin/cargo', join(sysroot, 'bin', 'cargo'));
  symlinkSync('/usr/bin/lld-22', join(sysroot, 'bin', 'rust-lld'));
  const rustc = join(sysroot, 'bin', 'rustc');
  writeFileSync(rustc, `#!/bin/sh\nexec /usr/bin/rustc --sysroot '${sysroot}' "$@"\n`);
  chmodSync(rustc, 0o755);
  await buildStandardLibrary(target, join(library, target, 'lib'));
  writeFileSync(stamp, output('/usr/bin/rustc', ['--version']) ?? '');
}

/**
 * @param {string} target
 * @param {string} destination
 */
async function buildStandardLibrary(target, destination) {
  const crate = join(sysroot, 'std');
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
      RUSTC_BOOTSTRAP: '1', // allows `-Z build-std` with a stable compiler; nothing else is built with it
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
