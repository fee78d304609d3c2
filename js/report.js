// @ts-check
// What the runner starts for `org/dispatch-guard/report`.

import { main } from './action.js';
import { openCore } from './core.js';

main('report', openCore);
