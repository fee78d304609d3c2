// @ts-check
// Rebuilds dist and holds the committed one against it, byte by byte.
//
//   npm run check:dist
//   npm run check:dist -- --exact   fails where the compiler here is not the recorded one
//
// The rebuild happens in another directory with another cargo home, so it also shows that a build does not depend on
// them. With another compiler than the recorded one the bytes of the wasm cannot be equal: then all other files are
// compared, and the same tests are run on both.
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { sourcesDigest, wasmFile } from './build.mjs';
import { node24, testBundles } from './bundle-tests.mjs';
import { Failure, cargoHome, env, main, output, root, run, tools } from './lib.mjs';

const copy = join(root, 'target', 'check-dist');
const committed = join(root, 'dist');
const rebuilt = join(copy, 'dist');

/** What another compiler makes otherwise: the wasm, the bundle that holds its digest, and the record of both. */
const BY_COMPILER = ['action.cjs', 'build.json', wasmFile];

/**
 * Throws a `Failure` if the committed dist is not what its sources give.
 * @param {object} [options]
 * @param {boolean} [options.exact] take no other compiler than the recorded one
 * @returns {Promise<string | undefined>} the rebuilt dist if another compiler made it, so that only tests can tell
 */
export async function checkDist({ exact = false } = {}) {
  if (!existsSync(join(committed, 'build.json'))) throw new Failure('dist is missing: run `npm run build`');
  const before = readRecord(committed);
  if (before.sources !== sourcesDigest()) throw new Failure('dist was built from other sources: run `npm run build`');
  await rebuild();
  const now = readRecord(rebuilt);
  const untracked = untrackedFiles();
  if (untracked.length) throw new Failure(`not tracked by git: ${untracked.join(', ')}`);

  const same = before.tools.rustc === now.tools.rustc;
  const compilers = `dist was built by ${before.tools.rustc}; the compiler here is ${now.tools.rustc}`;
  if (exact && !same) throw new Failure(`${compilers}, so the wasm cannot be compared`);
  const differing = compareNames()
    .filter((name) => same || !BY_COMPILER.includes(name))
    .filter((name) => !readFileSync(join(committed, name)).equals(readFileSync(join(rebuilt, name))));
  if (differing.length) {
    throw new Failure(
      `dist is not what its sources give: ${differing.join(', ')} differ from the rebuild in ${rebuilt}`,
    );
  }
  if (!same) {
    console.log(`${compilers}.`);
    console.log(`All but ${BY_COMPILER.join(', ')} is the same byte for byte; these are tested alike instead.`);
    return rebuilt;
  }
  console.log(`dist is what its sources give, byte for byte (${now.tools.rustc})`);
  return undefined;
}

/** @param {string} directory */
const readRecord = (directory) => JSON.parse(readFileSync(join(directory, 'build.json'), 'utf8'));

/** Builds from a copy of the sources. What cargo compiled there earlier is used again. */
async function rebuild() {
  const otherHome = join(copy, 'cargo-home');
  mkdirSync(otherHome, { recursive: true });
  for (const name of readdirSync(copy)) {
    if (name !== 'target' && name !== 'cargo-home') rmSync(join(copy, name), { recursive: true });
  }
  const sources = ['Cargo.lock', 'Cargo.toml', 'package-lock.json', 'package.json', 'js', 'scripts', 'src'];
  // What the bundles read when asked for it, and so the tests of the rebuilt ones.
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

/** Throws unless both directories hold files of the same names, which it returns. */
function compareNames() {
  const before = readdirSync(committed).sort();
  const now = readdirSync(rebuilt).sort();
  const extra = before.filter((name) => !now.includes(name)).map((name) => `${name} is not built any more`);
  const missing = now.filter((name) => !before.includes(name)).map((name) => `${name} is missing`);
  if (extra.length + missing.length)
    throw new Failure(`dist: ${[...missing, ...extra].join(', ')}; run \`npm run build\``);
  return now;
}

/** Files in dist that would not be committed, once dist is. */
function untrackedFiles() {
  const tracked = output('git', ['ls-files', '--', 'dist']);
  return tracked ? (output('git', ['ls-files', '--others', '--', 'dist']) ?? '').split('\n').filter(Boolean) : [];
}

if (process.argv[1] === import.meta.filename) {
  await main(async () => {
    const [option, ...more] = process.argv.slice(2);
    if (more.length || (option !== undefined && option !== '--exact')) throw new Failure('the one option is `--exact`');
    const other = await checkDist({ exact: option === '--exact' });
    if (other) for (const dist of [committed, other]) await testBundles({ dist, node: node24() });
  });
}
