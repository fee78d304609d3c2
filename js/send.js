// @ts-check
// What the runner starts for `org/dispatch-guard/send`.

import { main } from './action/run.js';
import { CONTRACT, loadCore } from './core/load.js';

main('send', { contract: CONTRACT, loadCore });
