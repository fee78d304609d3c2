"use strict";
const require_rolldown_runtime = require("./rolldown-runtime.cjs");
// node_modules/@actions/http-client/lib/proxy.js
function getProxyUrl(reqUrl) {
	let usingSsl = reqUrl.protocol === "https:";
	if (checkBypass(reqUrl)) return;
	let proxyVar = usingSsl ? process.env.https_proxy || process.env.HTTPS_PROXY : process.env.http_proxy || process.env.HTTP_PROXY;
	if (proxyVar) try {
		return new DecodedURL(proxyVar);
	} catch {
		if (!proxyVar.startsWith("http://") && !proxyVar.startsWith("https://")) return new DecodedURL(`http://${proxyVar}`);
	}
	else return;
}
function checkBypass(reqUrl) {
	if (!reqUrl.hostname) return !1;
	let reqHost = reqUrl.hostname;
	if (isLoopbackAddress(reqHost)) return !0;
	let noProxy = process.env.no_proxy || process.env.NO_PROXY || "";
	if (!noProxy) return !1;
	let reqPort;
	reqUrl.port ? reqPort = Number(reqUrl.port) : reqUrl.protocol === "http:" ? reqPort = 80 : reqUrl.protocol === "https:" && (reqPort = 443);
	let upperReqHosts = [reqUrl.hostname.toUpperCase()];
	typeof reqPort == "number" && upperReqHosts.push(`${upperReqHosts[0]}:${reqPort}`);
	for (let upperNoProxyItem of noProxy.split(",").map((x) => x.trim().toUpperCase()).filter((x) => x)) if (upperNoProxyItem === "*" || upperReqHosts.some((x) => x === upperNoProxyItem || x.endsWith(`.${upperNoProxyItem}`) || upperNoProxyItem.startsWith(".") && x.endsWith(`${upperNoProxyItem}`))) return !0;
	return !1;
}
function isLoopbackAddress(host) {
	let hostLower = host.toLowerCase();
	return hostLower === "localhost" || hostLower.startsWith("127.") || hostLower.startsWith("[::1]") || hostLower.startsWith("[0:0:0:0:0:0:0:1]");
}
var DecodedURL = class extends URL {
	constructor(url, base) {
		super(url, base), this._decodedUsername = decodeURIComponent(super.username), this._decodedPassword = decodeURIComponent(super.password);
	}
	get username() {
		return this._decodedUsername;
	}
	get password() {
		return this._decodedPassword;
	}
}, require_hpagent = require_rolldown_runtime.__commonJSMin(((exports, module) => {
	let https = require("https"), http = require("http"), { URL } = require("url");
	module.exports = {
		HttpProxyAgent: class extends http.Agent {
			constructor(options) {
				let { proxy, proxyRequestOptions, ...opts } = options;
				super(opts), this.proxy = typeof proxy == "string" ? new URL(proxy) : proxy, this.proxyRequestOptions = proxyRequestOptions || {};
			}
			createConnection(options, callback) {
				let requestOptions = {
					...this.proxyRequestOptions,
					method: "CONNECT",
					host: this.proxy.hostname,
					port: this.proxy.port,
					path: `${options.host}:${options.port}`,
					setHost: !1,
					headers: {
						...this.proxyRequestOptions.headers,
						connection: this.keepAlive ? "keep-alive" : "close",
						host: `${options.host}:${options.port}`
					},
					agent: !1,
					timeout: options.timeout || 0
				};
				if (this.proxy.username || this.proxy.password) {
					let base64 = Buffer.from(`${decodeURIComponent(this.proxy.username || "")}:${decodeURIComponent(this.proxy.password || "")}`).toString("base64");
					requestOptions.headers["proxy-authorization"] = `Basic ${base64}`;
				}
				this.proxy.protocol === "https:" && (requestOptions.servername = this.proxy.hostname);
				let request = (this.proxy.protocol === "http:" ? http : https).request(requestOptions);
				request.once("connect", (response, socket, head) => {
					request.removeAllListeners(), socket.removeAllListeners(), response.statusCode === 200 ? callback(null, socket) : (socket.destroy(), callback(Error(`Bad response: ${response.statusCode}`), null));
				}), request.once("timeout", () => {
					request.destroy(Error("Proxy timeout"));
				}), request.once("error", (err) => {
					request.removeAllListeners(), callback(err, null);
				}), request.end();
			}
		},
		HttpsProxyAgent: class extends https.Agent {
			constructor(options) {
				let { proxy, proxyRequestOptions, ...opts } = options;
				super(opts), this.proxy = typeof proxy == "string" ? new URL(proxy) : proxy, this.proxyRequestOptions = proxyRequestOptions || {};
			}
			createConnection(options, callback) {
				let requestOptions = {
					...this.proxyRequestOptions,
					method: "CONNECT",
					host: this.proxy.hostname,
					port: this.proxy.port,
					path: `${options.host}:${options.port}`,
					setHost: !1,
					headers: {
						...this.proxyRequestOptions.headers,
						connection: this.keepAlive ? "keep-alive" : "close",
						host: `${options.host}:${options.port}`
					},
					agent: !1,
					timeout: options.timeout || 0
				};
				if (this.proxy.username || this.proxy.password) {
					let base64 = Buffer.from(`${decodeURIComponent(this.proxy.username || "")}:${decodeURIComponent(this.proxy.password || "")}`).toString("base64");
					requestOptions.headers["proxy-authorization"] = `Basic ${base64}`;
				}
				this.proxy.protocol === "https:" && (requestOptions.servername = this.proxy.hostname);
				let request = (this.proxy.protocol === "http:" ? http : https).request(requestOptions);
				request.once("connect", (response, socket, head) => {
					request.removeAllListeners(), socket.removeAllListeners(), response.statusCode === 200 ? callback(null, super.createConnection({
						...options,
						socket
					})) : (socket.destroy(), callback(Error(`Bad response: ${response.statusCode}`), null));
				}), request.once("timeout", () => {
					request.destroy(Error("Proxy timeout"));
				}), request.once("error", (err) => {
					request.removeAllListeners(), callback(err, null);
				}), request.end();
			}
		}
	};
})), import_hpagent = require_rolldown_runtime.__toESM(require_hpagent(), 1);
const HttpProxyAgent = import_hpagent.default.HttpProxyAgent, HttpsProxyAgent = import_hpagent.default.HttpsProxyAgent;
// js/proxy.js
function openTunnel(target, mask) {
	if (checkBypass(target)) return;
	let variable = target.protocol === "https:" ? "https_proxy" : "http_proxy";
	if (!process.env[variable] && !process.env[variable.toUpperCase()]) return;
	let proxy = readAddress(target);
	if (!proxy || !/^https?:$/.test(proxy.protocol)) throw Error(`${variable.toUpperCase()} is not an address like http://proxy.example:3128`);
	let name = `the proxy ${proxy.host}`;
	proxy.password && mask(proxy.password);
	let connecting = new AbortController();
	return {
		agent: new (target.protocol === "https:" ? HttpsProxyAgent : HttpProxyAgent)({
			proxy: {
				protocol: proxy.protocol,
				hostname: proxy.hostname.replace(/^\[|\]$/g, ""),
				port: proxy.port,
				username: encodeURIComponent(proxy.username),
				password: encodeURIComponent(proxy.password)
			},
			proxyRequestOptions: {
				signal: connecting.signal,
				rejectUnauthorized: !0
			}
		}),
		name,
		close: () => connecting.abort()
	};
}
function readAddress(target) {
	try {
		return getProxyUrl(target);
	} catch {
		return;
	}
}
exports.openTunnel = openTunnel;
