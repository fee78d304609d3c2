// @ts-check
// What the runner starts for `org/dispatch-guard`.

import { main } from './action/run.js';
import { CONTRACT, loadCore } from './core/load.js';

main('guard', { contract: CONTRACT, loadCore });
