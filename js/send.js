// @ts-check
// What the runner starts for `org/dispatch-guard/send`.

import { main } from './action.js';
import { openCore } from './core.js';

main('send', openCore);
