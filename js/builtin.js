// @ts-check
// Modules of Node that are loaded at the moment they are needed, and as they are: an `import()` would become a copy of
// the whole module, member by member, in a CommonJS bundle.

import { createRequire } from 'node:module';

const load = createRequire(import.meta.filename);

/** @type {() => typeof import('node:crypto')} */
export const loadCrypto = () => load('node:crypto');

/** @type {() => typeof import('node:https')} */
export const loadHttps = () => load('node:https');
