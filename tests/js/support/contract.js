// @ts-check
// What the build writes into the bundles about the core: the names of outputs and the result of a failure.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { DIST } from './run-action.js';

/** @typedef {import('../../../js/core/load.js').ActionName} ActionName */

/** @type {import('../../../js/core/load.js').Contract} */
export const CONTRACT = createRequire(import.meta.url)(join(DIST, 'action.cjs')).CONTRACT;

/** The outputs of each action, the deciding one first, as `action.yml` has them. */
export const OUTPUTS = /** @type {Record<ActionName, [string, ...string[]]>} */ (
  Object.fromEntries(
    Object.entries(CONTRACT.outputs).map(([action, names]) => [action, [names.at(-1), ...names.slice(0, -1)]]),
  )
);
