// @ts-check
// Parses the documentation: pages with their headings, links and fenced examples.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import MarkdownIt from 'markdown-it';
import { ROOT } from '../support/run-action.js';

const markdown = new MarkdownIt({ html: true });

/** All pages of the documentation. */
export const PAGES = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...['docs', 'examples'].flatMap((directory) =>
    readdirSync(join(ROOT, directory), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${directory}/${name}`),
  ),
];

/**
 * @typedef {object} Example
 * @property {string} page
 * @property {number} line of the opening fence, from 1
 * @property {string} language
 * @property {string} text
 * @property {string} heading the nearest one above
 */

/**
 * @typedef {object} Page
 * @property {string} path from the repository's root
 * @property {string} text
 * @property {Set<string>} anchors
 * @property {string[]} headings
 * @property {{ target: string, line: number }[]} links
 * @property {Example[]} examples
 */

/** @param {string} path @returns {Page} */
export function readPage(path) {
  const text = readFileSync(join(ROOT, path), 'utf8');
  /** @type {Page} */
  const page = { path, text, anchors: new Set(), headings: [], links: [], examples: [] };
  const tokens = markdown.parse(text, {});
  let line = 1;
  tokens.forEach((token, index) => {
    if (token.map) line = token.map[0] + 1;
    if (token.type === 'heading_open') {
      const heading = plain(tokens[index + 1]?.children ?? []);
      page.headings.push(heading);
      page.anchors.add(unused(page.anchors, slug(heading)));
    }
    if (token.type === 'fence') {
      const [language = ''] = token.info.split(' ');
      page.examples.push({ page: path, line, language, text: token.content, heading: page.headings.at(-1) ?? '' });
    }
    for (const child of token.children ?? []) {
      const target = child.attrGet('href') ?? child.attrGet('src');
      if (target !== null) page.links.push({ target: String(target), line });
    }
  });
  return page;
}

/** Every example of every page. */
export const examples = () => PAGES.flatMap((path) => readPage(path).examples);

/** Page and line of an example, for the name of a test. @param {Example} example */
export const place = ({ page, line }) => `${page}:${line}`;

/** A text from its first line that is neither a comment nor empty. @param {string} text */
export const withoutLeadingComments = (text) => text.replace(/^(?:#.*\n|\n)*/, '');

/** Whether an example is a policy test, which names what it tests. @param {Example} example */
export const isPolicyTest = ({ language, text }) => language === 'yaml' && /^(policy|workflow): \S/m.test(text);

/** Whether an example is a whole policy. @param {Example} example */
export const isPolicy = (example) =>
  example.language === 'yaml' &&
  /^version:/.test(withoutLeadingComments(example.text).trimStart()) &&
  !isPolicyTest(example);

/** The policies in a workflow, under `policy: |`. @param {string} text */
export function embeddedPolicies(text) {
  return [...text.matchAll(/^( *)policy: \|\n((?:\1 +.*\n|\n)+)/gm)].map(([, , body = '']) => {
    const indent = /^ */.exec(body)?.[0].length ?? 0;
    return body.replace(new RegExp(`^ {${indent}}`, 'gm'), '');
  });
}

/** @param {import('markdown-it').Token[]} children */
function plain(children) {
  return children
    .filter(({ type }) => type === 'text' || type === 'code_inline')
    .map(({ content }) => content)
    .join('');
}

/** The anchor that GitHub gives a heading. @param {string} heading */
function slug(heading) {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-');
}

/** @param {Set<string>} taken @param {string} anchor */
function unused(taken, anchor) {
  if (!taken.has(anchor)) return anchor;
  for (let count = 1; ; count++) if (!taken.has(`${anchor}-${count}`)) return `${anchor}-${count}`;
}
