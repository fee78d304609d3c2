"use strict";
const require_action = require("./action.cjs");
// js/report.js
require_action.main("report", {
	contract: require_action.CONTRACT,
	loadCore: require_action.loadCore
});
