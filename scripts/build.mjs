// @ts-check
// Builds dist: wasm with wasm-pack and wasm-opt, bundles with rolldown, licences, and a record of the build.
//
//   npm run build                 into dist
//   npm run build -- --out DIR    elsewhere
//
// The same sources, compiler and packages give the same bytes, in any directory and with any cargo home.
import { chmodSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { licenses } from './licenses.mjs';
import { ScriptError, cargoHome, elapsed, main, output, readText, root, run, sha256 } from './util.mjs';
import { wasmCompiler } from './toolchain.mjs';

export const wasmFile = 'dispatch_guard_bg.wasm';

/**
 * A set of bundles with a wasm of its own.
 * @typedef {object} Target
 * @property {string} name
 * @property {string} directory below dist
 * @property {Record<string, string>} entries names and files below js/
 * @property {string[]} features of the crate
 * @property {RegExp} [together] modules that go into one file, `action.cjs`: each file costs a third of a millisecond
 */

/** @type {Target[]} */
const targets = [
  {
    name: 'actions',
    directory: '.',
    entries: { guard: 'guard.js', send: 'send.js', report: 'report.js', reconcile: 'reconcile.js' },
    features: [],
    together: /\/target\/pkg\/|dispatch-guard:|\/js\/(action|core)\/|\/js\/host\/(host|lazy-builtins|stdout)\.js$/,
  },
  { name: 'cli', directory: 'cli', entries: { main: 'cli/main.js' }, features: ['cli'] },
];

/** What rustc emits by default and Node 20 runs. */
const wasmFeatures = [
  'bulk-memory',
  'multivalue',
  'mutable-globals',
  'nontrapping-float-to-int',
  'reference-types',
  'sign-ext',
];

/**
 * @param {string} out directory, replaced as a whole
 */
export async function build(out) {
  const compiler = wasmCompiler();
  if (!compiler) throw new ScriptError('no Rust compiler for wasm here: run `npm run setup`');

  for (const target of targets) await buildWasm(compiler, target);
  const contract = await shimContract();
  const fresh = `${out}.new`;
  rmSync(fresh, { recursive: true, force: true });
  const modules = [];
  for (const target of targets) {
    const into = join(fresh, target.directory);
    mkdirSync(into, { recursive: true });
    await optimise(join(packages, target.name, wasmFile), join(into, wasmFile));
    modules.push(...(await bundle(target, into, contract)));
  }
  // pre-commit starts it as a program.
  chmodSync(join(fresh, 'cli', 'main.cjs'), 0o755);
  writeFileSync(join(fresh, 'licenses.txt'), licenses(modules, compiler.env));
  writeFileSync(join(fresh, 'build.json'), `${JSON.stringify(record(compiler.version, fresh), null, 2)}\n`);
  rmSync(out, { recursive: true, force: true });
  renameSync(fresh, out);
}

/** Where wasm-pack writes the package of each target. */
const packages = join(root, 'target', 'pkg');

/**
 * @param {import('./toolchain.mjs').Compiler} compiler
 * @param {Target} target
 */
async function buildWasm(compiler, { name, features }) {
  await run('cargo', ['fetch', '--locked', '--target', 'wasm32-unknown-unknown'], { env: compiler.env, quiet: true });
  const args = ['build', '--target', 'web', '--mode', 'no-install', '--release', '--no-pack', '--no-opt'];
  await run(
    'wasm-pack',
    [...args, '--out-dir', join(packages, name), '--', '--locked', ...features.flatMap((name) => ['--features', name])],
    {
      env: {
        ...compiler.env,
        // Not shared with native builds, which would wait for each other.
        CARGO_TARGET_DIR: join(root, 'target', 'wasm'),
        CARGO_ENCODED_RUSTFLAGS: [SMALL_SHA256, ...remapping(compiler)].join('\x1f'),
      },
      quiet: true,
    },
  );
}

/** What the shim must know to report a failure without the core, from the core. @returns {Promise<string>} JSON */
async function shimContract() {
  const pkg = join(packages, 'cli');
  const core = await import(pathToFileURL(join(pkg, 'dispatch_guard.js')).href);
  core.initSync({ module: readFileSync(join(pkg, wasmFile)) });
  return core.shimContract();
}

/** A loop instead of unrolled rounds saves 6 kB; the core hashes a few kilobytes only. */
const SMALL_SHA256 = '--cfg=sha2_backend_soft="compact"';

/**
 * Flags that keep this machine's directories out of the wasm: panics name source files.
 * @param {import('./toolchain.mjs').Compiler} compiler
 */
function remapping(compiler) {
  const sources = join(cargoHome, 'registry', 'src');
  // A registry's directory is named after its address, which differs for a mirror.
  const registries = readdirSync(sources).map((name) => [join(sources, name), '/cargo']);
  // If the sources of the standard library are installed, rustc names them instead of the paths it was built from.
  const commit = /^commit-hash: (\w+)$/m.exec(output('rustc', ['-vV'], compiler.env) ?? '')?.[1];
  const library = [join(compiler.sysroot, 'lib', 'rustlib', 'src', 'rust'), `/rustc/${commit}`];
  // The last match wins, and the other directories may be inside the first.
  return [[root, '/dispatch-guard'], ...registries, library].map(([from, to]) => `--remap-path-prefix=${from}=${to}`);
}

/**
 * @param {string} from
 * @param {string} to
 */
async function optimise(from, to) {
  const wasmOpt = join(root, 'node_modules', 'binaryen', 'bin', 'wasm-opt');
  const features = wasmFeatures.map((name) => `--enable-${name}`);
  const strip = ['--strip-debug', '--strip-producers', '--strip-target-features'];
  // V8 compiles a function when it is first called, so a function with one caller, such as the formatting of an error,
  // is inlined only if it is tiny. The file grows by 1 %, the code that a run compiles shrinks by 12 %.
  const level = ['-Oz', '--one-caller-inline-max-function-size', '60'];
  await run(process.execPath, [wasmOpt, from, ...level, ...features, ...strip, '--output', to], { quiet: true });
}

/**
 * Bundles js/ for Node. CommonJS, because it starts faster: importing a built-in module into an ES module evaluates all
 * of its getters, and those of `node:http` load undici.
 * @param {Target} target
 * @param {string} out
 * @param {string} contract JSON
 * @returns {Promise<string[]>} the paths of all modules bundled
 */
async function bundle({ name, entries, together }, out, contract) {
  const { size } = statSync(join(out, wasmFile));
  /** Virtual modules. @type {Record<string, string>} */
  const made = {
    'dispatch-guard:wasm': `export const WASM_FILE = '${wasmFile}';\nexport const WASM_LENGTH = ${size};\n`,
    'dispatch-guard:contract': `export const CONTRACT = ${contract};\n`,
    // The only member that the toolkit uses: it imports the whole module, which a bundle copies member by member.
    os: "import { EOL } from 'node:os';\nexport { EOL };\nexport default { EOL };\n",
  };
  const { rolldown } = await import('rolldown');
  const build = await rolldown({
    cwd: root,
    input: Object.fromEntries(Object.entries(entries).map(([name, path]) => [name, join('js', path)])),
    platform: 'node',
    resolve: { symlinks: false },
    // Nothing relies on side effects of an import, so unused modules can go, above all undici, which the toolkit imports.
    treeshake: { moduleSideEffects: false },
    plugins: [
      {
        name: 'dispatch-guard',
        resolveId(id) {
          if (id === 'dispatch-guard:core') return join(packages, name, 'dispatch_guard.js');
          return Object.hasOwn(made, id) ? `\0${id}` : undefined;
        },
        load: (id) => made[id.slice(1)],
        // The helpers of the bundler have no side effects, so a bundle that uses none need not load their file.
        generateBundle(_, files) {
          for (const file of Object.values(files)) {
            if (file.type === 'chunk') file.code = file.code.replace(/^require\("\.\/rolldown-runtime\.cjs"\);\n/m, '');
          }
        },
      },
    ],
    onLog(level, log) {
      throw new ScriptError(`rolldown: ${level}: ${log.message}`);
    },
  });
  const { output: files } = await build.write({
    dir: out,
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames,
    codeSplitting: { groups: together ? [{ name: 'action', test: together }] : [] },
    strict: true,
    // A real `import()` would start the ES module loader, for built-in modules too.
    dynamicImportInCjs: false,
    comments: false,
    minifyInternalExports: false,
    // Names and line breaks stay, so that dist can be reviewed.
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: false } },
  });
  await build.close();
  return files.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
}

/**
 * Names a lazily loaded chunk after its source: js/cli/help.js is help.cjs.
 * @param {import('rolldown').PreRenderedChunk} chunk
 */
function chunkFileNames({ name, facadeModuleId }) {
  return `${facadeModuleId?.startsWith(root) ? basename(facadeModuleId, '.js') : name}.cjs`;
}

/**
 * The sources and tools that dist was built from, and its files.
 * @param {string} compiler
 * @param {string} out
 */
function record(compiler, out) {
  /** @param {string} name */
  const npmVersion = (name) => JSON.parse(readText(`node_modules/${name}/package.json`)).version;
  const files = filesUnder(out);
  return {
    tools: {
      rustc: compiler,
      'wasm-pack': output('wasm-pack', ['--version'])?.split(' ')[1],
      'wasm-bindgen': output('wasm-bindgen', ['--version'])?.split(' ')[1],
      binaryen: npmVersion('binaryen'),
      rolldown: npmVersion('rolldown'),
    },
    sources: sourcesDigest(),
    files: Object.fromEntries(files.map((name) => [name, sha256(readFileSync(join(out, name)))])),
  };
}

/** @param {string} directory @returns {string[]} the paths of all files in it, sorted */
export function filesUnder(directory) {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .sort();
}

/** One digest of the project's own code in dist: of lines `SHA-256  path`, as `sha256sum` prints them. */
export function sourcesDigest() {
  const found = ['js', 'src'].flatMap((directory) =>
    filesUnder(join(root, directory)).map((path) => `${directory}/${path}`),
  );
  // `init` writes them.
  const examples = filesUnder(join(root, 'examples')).filter((path) => path.endsWith('.yml'));
  const paths = ['Cargo.lock', 'Cargo.toml', ...found, ...examples.map((path) => `examples/${path}`)].sort();
  return sha256(paths.map((path) => `${sha256(readFileSync(join(root, path)))}  ${path}\n`).join(''));
}

if (process.argv[1] === import.meta.filename) {
  await main(async () => {
    const { values } = parseArgs({ options: { out: { type: 'string', default: join(root, 'dist') } } });
    const start = performance.now();
    const out = resolve(values.out);
    await build(out);
    console.log(`built ${out} in ${elapsed(start)}`);
  });
}
