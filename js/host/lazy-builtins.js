// @ts-check
// Built-in modules loaded on first use. `require` rather than `import()`: in a CommonJS bundle the latter would copy the
// module, member by member.

import { createRequire } from 'node:module';

const load = createRequire(import.meta.filename);

/** @type {() => typeof import('node:crypto')} */
export const loadCrypto = () => load('node:crypto');

/** @type {() => typeof import('node:https')} */
export const loadHttps = () => load('node:https');
