"use strict";
const require_action = require("./action.cjs");
let node_net = require("node:net"), node_http = require("node:http");
function bypassesProxy(target, entries) {
	let host = target.hostname.toLowerCase().replace(/^\[|\]$/g, ""), port = target.port || (target.protocol === "https:" ? "443" : "80");
	return `localhost, 127.0.0.0/8, ::1, ${entries}`.toLowerCase().split(/[\s,]+/).some((entry) => entry !== "" && matches(entry, host, port));
}
function matches(entry, host, port) {
	if (entry === "*") return !0;
	let [range, address = "", bits = ""] = /^([^/]+)\/(\d+)$/.exec(entry) ?? [];
	if (range !== void 0) return isInRange(host, address, Number(bits));
	if ((0, node_net.isIPv6)(entry)) return sameAddress(entry, host);
	let [, name = "", only = port] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
	if (only !== port) return !1;
	let suffix = name.replace(/^\*?\.|^\[|\]$/g, "");
	return (0, node_net.isIP)(suffix) ? sameAddress(suffix, host) : suffix !== "" && (host === suffix || host.endsWith(`.${suffix}`));
}
function sameAddress(a, b) {
	return isInRange(b, a, (0, node_net.isIPv6)(a) ? 128 : 32);
}
function isInRange(host, address, bits) {
	let family = (0, node_net.isIP)(address);
	if (family === 0 || (0, node_net.isIP)(host) !== family || bits > (family === 6 ? 128 : 32)) return !1;
	let type = family === 6 ? "ipv6" : "ipv4", list = new node_net.BlockList();
	return list.addSubnet(address, bits, type), list.check(host, type);
}
// js/host/proxy.js
function createProxyAgent(target, mask) {
	let variable = target.protocol === "https:" ? "https_proxy" : "http_proxy", address = readVariable(variable);
	if (address === "" || bypassesProxy(target, readVariable("no_proxy"))) return;
	let proxy = parseAddress(address);
	if (proxy === void 0) throw Error(`${variable.toUpperCase()} is not an address like http://proxy.example:3128`);
	proxy.password !== "" && mask(proxy.password);
	let connecting = new AbortController();
	return {
		agent: createTunnelAgent(target, proxy, connecting.signal),
		name: `the proxy ${proxy.host}`,
		close: () => connecting.abort()
	};
}
function readVariable(name) {
	return process.env[name] || process.env[name.toUpperCase()] || "";
}
function parseAddress(text) {
	try {
		let url = new URL(/^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`);
		return /^https?:$/.test(url.protocol) ? {
			secure: url.protocol === "https:",
			host: url.host,
			hostname: withoutBrackets(url.hostname),
			port: url.port,
			user: decodeURIComponent(url.username),
			password: decodeURIComponent(url.password)
		} : void 0;
	} catch {
		return;
	}
}
function withoutBrackets(hostname) {
	return hostname.replace(/^\[|\]$/g, "");
}
function createTunnelAgent(target, proxy, signal) {
	let secure = target.protocol === "https:", hostname = withoutBrackets(target.hostname), authority = `${(0, node_net.isIPv6)(hostname) ? `[${hostname}]` : hostname}:${target.port || (secure ? 443 : 80)}`, connect = {
		method: "CONNECT",
		host: proxy.hostname,
		port: proxy.port,
		path: authority,
		headers: {
			host: authority,
			connection: "close",
			...credentials(proxy)
		},
		agent: !1,
		signal,
		rejectUnauthorized: !0,
		servername: (0, node_net.isIP)(proxy.hostname) ? "" : proxy.hostname
	}, Agent = secure ? require_action.loadHttps().Agent : node_http.Agent;
	class TunnelAgent extends Agent {
		createConnection(options, callback) {
			let request = (proxy.secure ? require_action.loadHttps().request : node_http.request)(connect);
			request.once("error", (error) => callback(error)), request.once("connect", (response, socket) => {
				request.removeAllListeners(), socket.removeAllListeners();
				let { statusCode = 0 } = response;
				if (statusCode >= 200 && statusCode < 300) return callback(null, secure ? super.createConnection({
					...options,
					socket
				}) : socket);
				socket.destroy(), callback(Error(`it answered with status ${statusCode}`));
			}), request.end();
		}
	}
	return new TunnelAgent();
}
function credentials({ user, password }) {
	return user === "" && password === "" ? {} : { "proxy-authorization": `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` };
}
exports.createProxyAgent = createProxyAgent;
