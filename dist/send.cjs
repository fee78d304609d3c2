"use strict";
const require_action = require("./action.cjs");
// js/send.js
require_action.main("send", require_action.openCore);
