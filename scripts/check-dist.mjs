// @ts-check
// Rebuilds dist and compares it with the committed one, byte for byte.
//
//   npm run check:dist
//   npm run check:dist -- --exact   fails if the compiler is not the recorded one
//
// The rebuild uses another directory and another cargo home, so it also shows that a build does not depend on them. With
// a compiler other than the recorded one the bytes of the wasm differ: then all other files are compared, and the same
// tests run on both.
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { filesUnder, sourcesDigest, wasmFile } from './build.mjs';
import { node24, testBundles } from './bundle-tests.mjs';
import { ScriptError, cargoHome, env, main, output, root, run, tools } from './util.mjs';

const copy = join(root, 'target', 'check-dist');
const committed = join(root, 'dist');
const rebuilt = join(copy, 'dist');

/** The files that depend on the compiler: both wasm files, the bundle that has the length of one, and the record of all. */
const BY_COMPILER = ['action.cjs', 'build.json', wasmFile, `cli/${wasmFile}`];

/**
 * Throws a `ScriptError` if the committed dist differs from a rebuild.
 * @param {object} [options]
 * @param {boolean} [options.exact] accept no compiler except the recorded one
 * @returns {Promise<string | undefined>} the rebuilt dist if another compiler built it, so that only tests can compare
 */
export async function checkDist({ exact = false } = {}) {
  if (!existsSync(join(committed, 'build.json'))) throw new ScriptError('dist is missing: run `npm run build`');
  const before = readRecord(committed);
  if (before.sources !== sourcesDigest())
    throw new ScriptError('dist was built from other sources: run `npm run build`');
  await rebuild();
  const now = readRecord(rebuilt);
  const untracked = untrackedFiles();
  if (untracked.length) throw new ScriptError(`not tracked by git: ${untracked.join(', ')}`);

  const same = before.tools.rustc === now.tools.rustc;
  const compilers = `dist was built by ${before.tools.rustc}; the compiler here is ${now.tools.rustc}`;
  if (exact && !same) throw new ScriptError(`${compilers}, so the wasm cannot be compared`);
  const differing = compareNames()
    .filter((name) => same || !BY_COMPILER.includes(name))
    .filter((name) => !readFileSync(join(committed, name)).equals(readFileSync(join(rebuilt, name))));
  if (differing.length) {
    throw new ScriptError(`dist differs from the rebuild in ${rebuilt}: ${differing.join(', ')}`);
  }
  if (!same) {
    console.log(`${compilers}.`);
    console.log(`All files are identical except ${BY_COMPILER.join(', ')}, which the same tests compare.`);
    return rebuilt;
  }
  console.log(`dist is identical to a rebuild from its sources (${now.tools.rustc})`);
  return undefined;
}

/** @param {string} directory */
const readRecord = (directory) => JSON.parse(readFileSync(join(directory, 'build.json'), 'utf8'));

/** Builds from a copy of the sources. Keeps what cargo compiled there before. */
async function rebuild() {
  const otherHome = join(copy, 'cargo-home');
  mkdirSync(otherHome, { recursive: true });
  for (const name of readdirSync(copy)) {
    if (name !== 'target' && name !== 'cargo-home') rmSync(join(copy, name), { recursive: true });
  }
  const sources = ['Cargo.lock', 'Cargo.toml', 'package-lock.json', 'package.json', 'examples', 'js', 'scripts', 'src'];
  // Files that the bundles read at run time, for the tests of the rebuilt ones.
  const companions = ['samples', 'schema'].filter((name) => existsSync(join(root, name)));
  for (const name of [...sources, ...companions]) {
    cpSync(join(root, name), join(copy, name), { recursive: true, preserveTimestamps: true });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  await run('cargo', ['fetch', '--locked'], { quiet: true });
  for (const name of ['config.toml', 'registry']) {
    const link = join(otherHome, name);
    rmSync(link, { force: true });
    if (existsSync(join(cargoHome, name))) symlinkSync(join(cargoHome, name), link);
  }
  await run(process.execPath, [join(copy, 'scripts', 'build.mjs')], {
    cwd: copy,
    env: { ...env, CARGO_HOME: otherHome, DISPATCH_GUARD_TOOLS: tools },
    quiet: true,
  });
  // The types of the core, for `tsc`.
  cpSync(join(copy, 'target', 'pkg'), join(root, 'target', 'pkg'), { recursive: true });
}

/** The names of the files, which have to be the same in both directories. */
function compareNames() {
  const before = filesUnder(committed);
  const now = filesUnder(rebuilt);
  const extra = before.filter((name) => !now.includes(name)).map((name) => `${name} is no longer built`);
  const missing = now.filter((name) => !before.includes(name)).map((name) => `${name} is missing`);
  if (extra.length + missing.length)
    throw new ScriptError(`dist: ${[...missing, ...extra].join(', ')}; run \`npm run build\``);
  return now;
}

/** Files that git does not track, if it tracks dist. */
function untrackedFiles() {
  const tracked = output('git', ['ls-files', '--', 'dist']);
  return tracked ? (output('git', ['ls-files', '--others', '--', 'dist']) ?? '').split('\n').filter(Boolean) : [];
}

if (process.argv[1] === import.meta.filename) {
  await main(async () => {
    const [option, ...more] = process.argv.slice(2);
    if (more.length || (option !== undefined && option !== '--exact'))
      throw new ScriptError('the only option is `--exact`');
    const other = await checkDist({ exact: option === '--exact' });
    if (other) for (const dist of [committed, other]) await testBundles({ dist, node: node24() });
  });
}
