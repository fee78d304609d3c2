// @ts-check
// Builds dist: the wasm by wasm-pack and wasm-opt, the bundles by rolldown, the licences, and a record of it all.
//
//   npm run build                 into dist
//   npm run build -- --out DIR    elsewhere
//
// The same sources, compiler and packages give the same bytes, wherever the repository and cargo's home are.
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { licenses } from './licenses.mjs';
import { Failure, cargoHome, main, output, readText, root, run, seconds, sha256 } from './lib.mjs';
import { wasmCompiler } from './toolchain.mjs';

export const wasmFile = 'dispatch_guard_bg.wasm';
const entries = ['guard', 'send', 'report', 'cli'];

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
  if (!compiler) throw new Failure('no Rust compiler for wasm here: run `npm run setup`');

  const pkg = join(root, 'target', 'pkg');
  await buildWasm(compiler, pkg);
  const fresh = `${out}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  await optimise(join(pkg, wasmFile), join(fresh, wasmFile));
  const modules = await bundle(pkg, fresh);
  writeFileSync(join(fresh, 'licenses.txt'), licenses(modules, compiler.env));
  writeFileSync(join(fresh, 'build.json'), `${JSON.stringify(record(compiler.version, fresh), null, 2)}\n`);
  rmSync(out, { recursive: true, force: true });
  renameSync(fresh, out);
}

/**
 * @param {import('./toolchain.mjs').Compiler} compiler
 * @param {string} pkg
 */
async function buildWasm(compiler, pkg) {
  await run('cargo', ['fetch', '--locked', '--target', 'wasm32-unknown-unknown'], { env: compiler.env, quiet: true });
  const args = ['build', '--target', 'web', '--mode', 'no-install', '--release', '--no-pack', '--no-opt'];
  await run('wasm-pack', [...args, '--out-dir', pkg, '--', '--locked'], {
    env: {
      ...compiler.env,
      // Not shared with native builds, which would wait for each other.
      CARGO_TARGET_DIR: join(root, 'target', 'wasm'),
      CARGO_ENCODED_RUSTFLAGS: [SMALL_SHA256, ...remapping(compiler)].join('\x1f'),
    },
    quiet: true,
  });
}

/** The crate's loop instead of its unrolled rounds: 6 kB less, for texts of a few kilobytes. */
const SMALL_SHA256 = '--cfg=sha2_backend_soft="compact"';

/**
 * Flags that keep this machine's directories out of the wasm, where panics name source files.
 * @param {import('./toolchain.mjs').Compiler} compiler
 */
function remapping(compiler) {
  const sources = join(cargoHome, 'registry', 'src');
  // A registry's directory is named after its address, which is another where a mirror is used.
  const registries = readdirSync(sources).map((name) => [join(sources, name), '/cargo']);
  // Where the standard library's sources are installed, rustc names them instead of what it was built from.
  const commit = /^commit-hash: (\w+)$/m.exec(output('rustc', ['-vV'], compiler.env) ?? '')?.[1];
  const library = [join(compiler.sysroot, 'lib', 'rustlib', 'src', 'rust'), `/rustc/${commit}`];
  // The last that fits is taken, and the others may lie within the first.
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
  // The engine compiles a whole function when it is first called, so what is called from one place only, such as the
  // words of an error, stays apart if it is not tiny. The file grows by 1 %, what a run compiles shrinks by 12 %.
  const level = ['-Oz', '--one-caller-inline-max-function-size', '60'];
  await run(process.execPath, [wasmOpt, from, ...level, ...features, ...strip, '--output', to], { quiet: true });
}

/**
 * Bundles js/ for Node. CommonJS, because it starts faster: to import a built-in module into an ES module evaluates
 * every getter of it, and those of `node:http` load all of undici.
 * @param {string} pkg wasm-pack's output
 * @param {string} out
 * @returns {Promise<string[]>} the paths of all modules bundled
 */
async function bundle(pkg, out) {
  const digest = sha256(readFileSync(join(out, wasmFile)));
  /** Modules that there are no files of. @type {Record<string, string>} */
  const made = {
    'dispatch-guard:wasm': `export const WASM_FILE = '${wasmFile}';\nexport const WASM_SHA256 = '${digest}';\n`,
    // All that the toolkit uses of it: the way it imports the whole, the bundle would copy that, member by member.
    os: "import { EOL } from 'node:os';\nexport { EOL };\nexport default { EOL };\n",
  };
  const { rolldown } = await import('rolldown');
  const build = await rolldown({
    cwd: root,
    input: entries.map((name) => join('js', `${name}.js`)),
    platform: 'node',
    resolve: { symlinks: false },
    // Packages are used by name only, so what is not named can go: most of all undici, which the toolkit imports.
    treeshake: { moduleSideEffects: false },
    plugins: [
      {
        name: 'dispatch-guard',
        resolveId(id) {
          if (id === 'dispatch-guard:core') return join(pkg, 'dispatch_guard.js');
          return Object.hasOwn(made, id) ? `\0${id}` : undefined;
        },
        load: (id) => made[id.slice(1)],
        // The bundler's helpers do nothing by themselves: a bundle that uses none of them need not load their file.
        generateBundle(_, files) {
          for (const file of Object.values(files)) {
            if (file.type === 'chunk') file.code = file.code.replace(/^require\("\.\/rolldown-runtime\.cjs"\);\n/m, '');
          }
        },
      },
    ],
    onLog(level, log) {
      throw new Failure(`rolldown: ${level}: ${log.message}`);
    },
  });
  const { output: files } = await build.write({
    dir: out,
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames,
    // What a guard run loads stands in as few files as can be: each costs a third of a millisecond.
    codeSplitting: {
      groups: [{ name: 'action', test: /\/target\/pkg\/|dispatch-guard:wasm|\/js\/(action|builtin|core|host)\.js$/ }],
    },
    strict: true,
    // A real `import()` would start the loader of ES modules, for built-in modules too.
    dynamicImportInCjs: false,
    comments: false,
    minifyInternalExports: false,
    // Small by what is left out; names and line breaks stay, for whoever reviews dist.
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: false } },
  });
  await build.close();
  return files.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
}

/**
 * Names a lazily loaded chunk after its source: js/cli/help.js is cli-help.cjs.
 * @param {import('rolldown').PreRenderedChunk} chunk
 */
function chunkFileNames({ name, facadeModuleId }) {
  const source = facadeModuleId && relative(join(root, 'js'), facadeModuleId);
  return source && !source.startsWith('..') ? `${source.replaceAll('/', '-').replace(/\.js$/, '')}.cjs` : `${name}.cjs`;
}

/**
 * What dist was built from and with.
 * @param {string} compiler
 * @param {string} out
 */
function record(compiler, out) {
  /** @param {string} name */
  const npmVersion = (name) => JSON.parse(readText(`node_modules/${name}/package.json`)).version;
  const files = readdirSync(out).sort();
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

/** One digest over the project's own code in dist: of lines `SHA-256  path`, as `sha256sum` prints them. */
export function sourcesDigest() {
  const found = ['js', 'src'].flatMap((directory) =>
    readdirSync(join(root, directory), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(root, join(entry.parentPath, entry.name))),
  );
  const paths = ['Cargo.lock', 'Cargo.toml', ...found].sort();
  return sha256(paths.map((path) => `${sha256(readFileSync(join(root, path)))}  ${path}\n`).join(''));
}

if (process.argv[1] === import.meta.filename) {
  await main(async () => {
    const { values } = parseArgs({ options: { out: { type: 'string', default: join(root, 'dist') } } });
    const start = performance.now();
    const out = resolve(values.out);
    await build(out);
    console.log(`built ${out} in ${seconds(start)}`);
  });
}
