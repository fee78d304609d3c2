// @ts-check
// What the runner starts for `org/dispatch-guard/reconcile`.

import { main } from './action/run.js';
import { CONTRACT, loadCore } from './core/load.js';

main('reconcile', { contract: CONTRACT, loadCore });
