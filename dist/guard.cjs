"use strict";
const require_action = require("./action.cjs");
// js/guard.js
require_action.main("guard", require_action.openCore);
