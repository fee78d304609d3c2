"use strict";
let node_buffer = require("node:buffer"), node_module = require("node:module"), node_http = require("node:http");
// js/host/lazy-builtins.js
const load = (0, node_module.createRequire)(__filename), loadHttps = () => load("node:https"), PROXY_VARIABLES = [
	"https_proxy",
	"HTTPS_PROXY",
	"http_proxy",
	"HTTP_PROXY"
], KINDS = {
	ECONNREFUSED: "refused",
	ECONNRESET: "reset",
	EPIPE: "reset",
	ETIMEDOUT: "timeout",
	ENOTFOUND: "dns",
	EAI_AGAIN: "dns",
	EAI_FAIL: "dns",
	EAI_NODATA: "dns",
	EAI_NONAME: "dns"
};
function fault(kind, message, sent) {
	return { fault: {
		kind,
		message,
		sent
	} };
}
async function sendRequest({ method, url, headers, body, timeout_ms }, mask) {
	let target = new URL(url), secure = target.protocol === "https:";
	if (!secure && target.protocol !== "http:") return fault("other", `${target.protocol} is not supported`, !1);
	let proxy;
	if (PROXY_VARIABLES.some((name) => process.env[name])) {
		let { createProxyAgent } = await Promise.resolve().then(() => require("./proxy.cjs"));
		try {
			proxy = createProxyAgent(target, mask);
		} catch (error) {
			return fault("proxy", describe(error), !1);
		}
	}
	let request = (secure ? loadHttps().request : node_http.request)(target, {
		method,
		headers: {
			"accept-encoding": "identity",
			...headers
		},
		agent: proxy?.agent ?? !1,
		rejectUnauthorized: !0
	});
	return new Promise((resolve) => {
		let phase = "connecting", timer = setTimeout(() => {
			end(fault("timeout", `no complete answer within ${timeout_ms} ms`, phase === "sent"));
		}, timeout_ms);
		function end(answer) {
			clearTimeout(timer), resolve(answer), request.destroy(), proxy?.close();
		}
		function fail(error) {
			let message = describe(error);
			if (proxy && phase === "connecting") return end(fault("proxy", `${proxy.name} did not connect: ${message}`, !1));
			let code = error.code ?? "";
			end(fault(KINDS[code] ?? (phase === "securing" ? "tls" : "other"), message, phase === "sent"));
		}
		request.on("socket", (socket) => {
			let connected = () => phase = secure ? "securing" : "sent";
			socket.connecting ? socket.once("connect", connected) : connected(), socket.once("secureConnect", () => phase = "sent");
		}), request.on("error", fail), request.on("close", () => end(fault("reset", "the connection was closed before the answer was complete", phase === "sent"))), request.on("response", (response) => {
			let encoding = response.headers["content-encoding"] ?? "identity";
			if (encoding !== "identity") return end(fault("not_text", `the body is encoded as ${encoding}; the request accepts identity only`, !0));
			let chunks = [], size = 0;
			response.on("error", fail), response.on("data", (chunk) => {
				if (size += chunk.length, size > 10485760) return end(fault("too_large", "the body is larger than 10485760 bytes", !0));
				chunks.push(chunk);
			}), response.on("end", () => {
				let bytes = Buffer.concat(chunks, size);
				if (!(0, node_buffer.isUtf8)(bytes)) return end(fault("not_text", "the body is not UTF-8", !0));
				end({
					status: response.statusCode ?? 0,
					headers: textHeaders(response.headers),
					body: bytes.toString("utf8")
				});
			});
		}), request.end(body);
	});
}
function textHeaders(headers) {
	return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value ?? "")]));
}
function describe(error) {
	return error instanceof AggregateError ? [...new Set(error.errors.map(describe))].join("; ") : error instanceof Error ? error.message : String(error);
}
exports.loadHttps = loadHttps, exports.sendRequest = sendRequest;
