// @ts-check
// The licences of the third-party code in dist.
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ScriptError, output, root } from './util.mjs';

const mit = `Permission is hereby granted, free of charge, to any
person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the
Software without restriction, including without
limitation the rights to use, copy, modify, merge,
publish, distribute, sublicense, and/or sell copies of
the Software, and to permit persons to whom the Software
is furnished to do so, subject to the following
conditions:

The above copyright notice and this permission notice
shall be included in all copies or substantial portions
of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF
ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED
TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A
PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT
SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY
CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION
OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR
IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER
DEALINGS IN THE SOFTWARE.`;

/**
 * A third-party work.
 * @typedef {{ name: string, license: string, text: string }} Part
 */

/**
 * @param {string[]} modules ids of the bundled JavaScript modules: mostly paths
 * @param {NodeJS.ProcessEnv} environment of the compiler
 */
export function licenses(modules, environment) {
  /** @type {Part[]} */
  const parts = [
    ...packagesOf(modules).map(npmPart),
    ...linkedCrates(environment).map(cratePart),
    {
      name: "Rust's standard library",
      license: 'MIT OR Apache-2.0',
      text: `Copyright (c) The Rust Project Contributors\n\n${mit}`,
    },
  ];
  // Works with the same text share a section.
  const texts = [...new Set(parts.map((part) => part.text))];
  const sections = texts.map((text) => {
    const names = parts.filter((part) => part.text === text).map(({ name, license }) => `${name} (${license})`);
    return `${names.sort().join('\n')}\n\n${text}\n`;
  });
  const title = 'dispatch-guard contains these works of others, under these licences.\n';
  return [title, ...sections.sort()].join(`\n${'-'.repeat(80)}\n\n`);
}

/**
 * The directories of the npm packages that the modules belong to.
 * @param {string[]} modules
 */
function packagesOf(modules) {
  const directories = modules.map((id) =>
    id.startsWith('\0rolldown')
      ? join(root, 'node_modules', 'rolldown')
      : /.*\/node_modules\/(@[^/]+\/)?[^/]+/.exec(id)?.[0],
  );
  return [...new Set(directories)].filter((directory) => directory !== undefined);
}

/**
 * @param {string} directory
 * @returns {Part}
 */
function npmPart(directory) {
  const { name, version, license, author } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  return part(`${name} ${version}`, license, directory, author?.name ?? author);
}

/** @typedef {{ name: string, version: string, license: string, manifest_path: string, authors: string[] }} Crate */

/**
 * @param {Crate} crate
 * @returns {Part}
 */
function cratePart({ name, version, license, manifest_path, authors }) {
  return part(`${name} ${version}`, license, dirname(manifest_path), authors.join(', '));
}

/**
 * @param {string} name
 * @param {string} license SPDX expression
 * @param {string} directory with its licence files
 * @param {string | undefined} holder of the copyright, used if there is no licence file
 * @returns {Part}
 */
function part(name, license, directory, holder) {
  const files = readdirSync(directory)
    .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
    .sort();
  // MIT is the shortest, so it is preferred where the licence is a choice.
  const byChoice = license.includes(' AND ') ? undefined : files.find((file) => /mit/i.test(file));
  const chosen = byChoice ? [byChoice] : files;
  if (chosen.length === 0 && !license.includes('MIT'))
    throw new ScriptError(`${name} has no licence file in ${directory}`);
  const text = chosen.length
    ? chosen.map((file) => readFileSync(join(directory, file), 'utf8').replaceAll('\r\n', '\n').trim()).join('\n\n')
    : `Copyright (c) ${holder || `the authors of ${name.split(' ')[0]}`}\n\n${mit}`;
  return { name, license, text };
}

/**
 * The crates whose code is in a wasm: without procedural macros and dependencies of builds and tests.
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Crate[]}
 */
function linkedCrates(environment) {
  const args = [
    'metadata',
    '--locked',
    '--offline',
    '--format-version',
    '1',
    '--filter-platform',
    'wasm32-unknown-unknown',
    '--features',
    'cli',
  ];
  const text = output('cargo', args, environment);
  if (text === undefined) throw new ScriptError(`\`cargo ${args.join(' ')}\` failed`);
  const { packages, resolve } = JSON.parse(text);
  const byId = new Map(packages.map((/** @type {{ id: string }} */ crate) => [crate.id, crate]));
  const nodes = new Map(resolve.nodes.map((/** @type {{ id: string }} */ node) => [node.id, node]));

  const linked = new Set();
  const open = [resolve.root];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const { pkg, dep_kinds: kinds } of nodes.get(id).deps) {
      const isMacro = byId
        .get(pkg)
        .targets.some((/** @type {{ kind: string[] }} */ t) => t.kind.includes('proc-macro'));
      const isLinked = kinds.some((/** @type {{ kind: string | null }} */ use) => use.kind === null) && !isMacro;
      if (!isLinked || linked.has(pkg)) continue;
      linked.add(pkg);
      open.push(pkg);
    }
  }
  return [...linked].map((id) => byId.get(id));
}
