// @ts-check
// Rebuilds dist and holds the committed one against it, byte by byte.
//
//   npm run check:dist
//
// The rebuild happens in another directory with another cargo home, so it also shows that a build does not depend on
// them. With another compiler than the recorded one the bytes cannot be equal: then the same tests are run on both.
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { sourcesDigest } from './build.mjs';
import { node24, testBundles } from './bundle-tests.mjs';
import { Failure, cargoHome, env, main, output, root, run, tools } from './lib.mjs';

const copy = join(root, 'target', 'check-dist');
const committed = join(root, 'dist');
const rebuilt = join(copy, 'dist');

/**
 * Throws a `Failure` if the committed dist is not what its sources give.
 * @returns {Promise<string | undefined>} the rebuilt dist if another compiler made it, so that only tests can tell
 */
export async function checkDist() {
  if (!existsSync(join(committed, 'build.json'))) throw new Failure('dist is missing: run `npm run build`');
  const before = readRecord(committed);
  if (before.sources !== sourcesDigest()) throw new Failure('dist was built from other sources: run `npm run build`');
  await rebuild();
  const now = readRecord(rebuilt);
  const untracked = untrackedFiles();
  if (untracked.length) throw new Failure(`not tracked by git: ${untracked.join(', ')}`);

  if (before.tools.rustc !== now.tools.rustc) {
    compareNames();
    console.log(`dist was built by ${before.tools.rustc}; the compiler here is ${now.tools.rustc}.`);
    console.log('Their bytes differ by nature, so both are tested alike instead of compared.');
    return rebuilt;
  }
  const differing = compareNames().filter(
    (name) => !readFileSync(join(committed, name)).equals(readFileSync(join(rebuilt, name))),
  );
  if (differing.length) {
    throw new Failure(
      `dist is not what its sources give: ${differing.join(', ')} differ from the rebuild in ${rebuilt}`,
    );
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
    const other = await checkDist();
    if (other) for (const dist of [committed, other]) await testBundles({ dist, node: node24() });
  });
}
