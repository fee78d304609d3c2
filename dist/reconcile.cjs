"use strict";
const require_action = require("./action.cjs");
// js/reconcile.js
require_action.main("reconcile", {
	contract: require_action.CONTRACT,
	loadCore: require_action.loadCore
});
