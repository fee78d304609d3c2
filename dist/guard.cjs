"use strict";
const require_action = require("./action.cjs");
// js/guard.js
require_action.main("guard", {
	contract: require_action.CONTRACT,
	loadCore: require_action.loadCore
});
