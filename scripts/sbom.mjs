// @ts-check
// A software bill of materials (SPDX 2.3) of dist: every npm package and crate whose code is in it. Printed.
//
//   node scripts/sbom.mjs > sbom.spdx.json
//
// Source is dist/licenses.txt, which the build writes from the modules and crates that it links.
import { output, readText, sha256 } from './util.mjs';

/** One line of licenses.txt: name, version and licence of a work. */
const work = /^(?<name>.+?)(?: (?<version>\d\S*))? \((?<license>.+)\)$/;

/**
 * @param {string} text of licenses.txt
 * @returns {{ name: string, version: string | undefined, license: string }[]}
 */
export function bundled(text) {
  // Each section begins with the works that share a licence text, one a line, and an empty line.
  const [, ...sections] = text.split(/^-{80}\n\n/m);
  return sections.flatMap((section) => {
    const lines = section.slice(0, section.indexOf('\n\n')).split('\n');
    return lines.map((line) => {
      const { name, version, license } = work.exec(line)?.groups ?? {};
      if (!name || !license) throw new Error(`dist/licenses.txt: \`${line}\` is not a work with its licence`);
      return { name, version, license: license.replaceAll('/', ' OR ') };
    });
  });
}

/** The SPDX document. */
export function sbom() {
  const { version } = JSON.parse(readText('package.json'));
  const npm = JSON.parse(readText('package-lock.json')).packages;
  const build = readText('dist/build.json');
  const rust = JSON.parse(build).tools.rustc.split(' ')[1];
  const packages = bundled(readText('dist/licenses.txt')).map((part) => {
    const found = part.version ?? rust;
    const kind = !part.version ? 'generic' : npm[`node_modules/${part.name}`]?.version === found ? 'npm' : 'cargo';
    const id = `${kind}-${part.name}-${found}`.replace(/[^A-Za-z0-9.]+/g, '-');
    const path = kind === 'generic' ? 'rust-std' : part.name.replace('@', '%40');
    return {
      SPDXID: `SPDXRef-${id}`,
      name: part.name,
      versionInfo: found,
      downloadLocation: 'NOASSERTION',
      filesAnalyzed: false,
      licenseConcluded: 'NOASSERTION',
      licenseDeclared: part.license,
      copyrightText: 'NOASSERTION',
      externalRefs: [
        {
          referenceCategory: 'PACKAGE-MANAGER',
          referenceType: 'purl',
          referenceLocator: `pkg:${kind}/${path}@${found}`,
        },
      ],
    };
  });
  const own = {
    SPDXID: 'SPDXRef-dispatch-guard',
    name: 'dispatch-guard',
    versionInfo: version,
    downloadLocation: 'https://github.com/org/dispatch-guard',
    filesAnalyzed: false,
    licenseConcluded: 'MIT',
    licenseDeclared: 'MIT',
    copyrightText: 'NOASSERTION',
  };
  // The time of the commit, so that the same commit gives the same document.
  const seconds = Number(output('git', ['log', '-1', '--format=%ct']) ?? 0);
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: `dispatch-guard-${version}`,
    documentNamespace: `https://github.com/org/dispatch-guard/sbom/${version}/${sha256(build)}`,
    creationInfo: {
      created: new Date(seconds * 1000).toISOString().replace('.000Z', 'Z'),
      creators: [`Tool: dispatch-guard-sbom-${version}`],
    },
    packages: [own, ...packages],
    relationships: [
      { spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES', relatedSpdxElement: own.SPDXID },
      ...packages.map(({ SPDXID }) => ({
        spdxElementId: own.SPDXID,
        relationshipType: 'CONTAINS',
        relatedSpdxElement: SPDXID,
      })),
    ],
  };
}

if (process.argv[1] === import.meta.filename) console.log(JSON.stringify(sbom(), null, 2));
