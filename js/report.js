// @ts-check
// What the runner starts for `org/dispatch-guard/report`.

import { main } from './action/run.js';
import { CONTRACT, loadCore } from './core/load.js';

main('report', { contract: CONTRACT, loadCore });
