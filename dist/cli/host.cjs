"use strict";
// js/host/host.js
function createHost({ mask, progress, interimOutputs, redact }) {
	return {
		async request(request) {
			try {
				let { sendRequest } = await Promise.resolve().then(() => require("./http.cjs")), answer = await sendRequest(request, mask);
				return "fault" in answer && (answer.fault.message = redact(answer.fault.message)), answer;
			} catch (error) {
				return { fault: {
					kind: "other",
					message: redact(String(error)),
					sent: !1
				} };
			}
		},
		now: Date.now,
		random: (count) => crypto.getRandomValues(new Uint8Array(count)),
		verifyRs256,
		mask,
		progress,
		interimOutputs
	};
}
async function verifyRs256(jwk, data, signature) {
	let algorithm = {
		name: "RSASSA-PKCS1-v1_5",
		hash: "SHA-256"
	};
	try {
		let { kty, n, e } = JSON.parse(jwk), key = await crypto.subtle.importKey("jwk", {
			kty,
			n,
			e
		}, algorithm, !1, ["verify"]);
		return await crypto.subtle.verify(algorithm, key, signature, data);
	} catch {
		return !1;
	}
}
Object.defineProperty(exports, "createHost", {
	enumerable: !0,
	get: function() {
		return createHost;
	}
});
