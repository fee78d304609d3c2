"use strict";
const require_action = require("./action.cjs");
// js/report.js
require_action.main("report", require_action.openCore);
