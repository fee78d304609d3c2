// @ts-check
// The documentation as the tests see it: pages with their headings, links and fenced examples.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import MarkdownIt from 'markdown-it';
import { ROOT } from '../support/run-action.js';

const markdown = new MarkdownIt({ html: true });

/** Pages that people write; those that a program writes are checked where it is. */
export const PAGES = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
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

/** Where an example stands, for a test's name. @param {Example} example */
export const place = ({ page, line }) => `${page}:${line}`;

/** A text's lines from its first that is neither a comment nor empty. @param {string} text */
export const withoutLeadingComments = (text) => text.replace(/^(?:#.*\n|\n)*/, '');

/** Whether an example is a whole policy. @param {Example} example */
export const isPolicy = ({ language, text }) =>
  language === 'yaml' && /^version:/.test(withoutLeadingComments(text).trimStart());

/** The policies that stand in a workflow, under `policy: |`. @param {string} text */
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
