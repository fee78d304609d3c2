// @ts-check
// The Rust compiler that builds the wasm: a pinned one from rustup, so that anyone can repeat a build byte for byte.
// toolchain-debian.mjs provides another where rustup's server cannot be reached.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { debianEnv, hasDebian, installDebian } from './toolchain-debian.mjs';
import { ScriptError, env, output, run } from './util.mjs';

export const pinned = '1.95.0';
const target = 'wasm32-unknown-unknown';

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

/** @param {Compiler | undefined} compiler */
export const isPinned = (compiler) => compiler?.version.startsWith(`rustc ${pinned} `) ?? false;

/**
 * The compiler to build the wasm with: the pinned one if it is installed, otherwise any.
 * `DISPATCH_GUARD_COMPILER=debian` selects Debian's, to test that path on a machine that has both.
 * @returns {Compiler | undefined}
 */
export function wasmCompiler() {
  const debian = () => (hasDebian() ? compilerIn(debianEnv) : undefined);
  if (process.env.DISPATCH_GUARD_COMPILER === 'debian') return debian();
  const active = compilerIn(env);
  if (isPinned(active)) return active;
  return compilerIn({ ...env, RUSTUP_TOOLCHAIN: pinned }) ?? active ?? debian();
}

/** @param {boolean} exact no compiler except the pinned one is accepted */
export async function installWasmCompiler(exact) {
  if (process.env.DISPATCH_GUARD_COMPILER === 'debian') return installDebian(target);
  const args = ['toolchain', 'install', pinned, '--profile', 'minimal', '--target', target];
  try {
    // rustup waits forever if its server cannot be reached.
    await run('rustup', args, { quiet: true, timeout: 120_000 });
  } catch (error) {
    const message = `\`rustup ${args.join(' ')}\` failed: ${/** @type {Error} */ (error).message}`;
    if (exact) throw new ScriptError(message);
    console.log(`${message}\nsetup: using Debian's compiler instead`);
    await installDebian(target);
  }
}
