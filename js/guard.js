// @ts-check
// What the runner starts for `org/dispatch-guard`.

import { main } from './action.js';
import { openCore } from './core.js';

main('guard', openCore);
