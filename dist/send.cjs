"use strict";
const require_action = require("./action.cjs");
// js/send.js
require_action.main("send", {
	contract: require_action.CONTRACT,
	loadCore: require_action.loadCore
});
