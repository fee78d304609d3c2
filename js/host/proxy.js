// @ts-check
// Agents that connect through a forward proxy. Loaded only if a proxy variable is set.

import { Agent as HttpAgent, request as requestHttp } from 'node:http';
import { isIP, isIPv6 } from 'node:net';
import { loadHttps } from './lazy-builtins.js';
import { bypassesProxy } from './no-proxy.js';

/**
 * @typedef {object} Proxy
 * @property {import('node:http').Agent} agent
 * @property {string} name of the proxy for messages, without credentials
 * @property {() => void} close aborts a connection that is being established
 */

/**
 * @param {URL} target
 * @param {(secret: string) => void} mask
 * @returns {Proxy | undefined} undefined if `NO_PROXY` or the absence of a variable for the scheme means a direct
 *   connection
 * @throws {Error} if the variable is not the address of a proxy; connecting directly instead would defeat its purpose
 */
export function createProxyAgent(target, mask) {
  const variable = target.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const address = readVariable(variable);
  if (address === '' || bypassesProxy(target, readVariable('no_proxy'))) return undefined;

  const proxy = parseAddress(address);
  if (proxy === undefined) {
    throw new Error(`${variable.toUpperCase()} is not an address like http://proxy.example:3128`);
  }
  if (proxy.password !== '') mask(proxy.password);
  const connecting = new AbortController();
  return {
    agent: createTunnelAgent(target, proxy, connecting.signal),
    name: `the proxy ${proxy.host}`,
    close: () => connecting.abort(),
  };
}

/** @param {string} name in lower case, which takes precedence */
function readVariable(name) {
  return process.env[name] || process.env[name.toUpperCase()] || '';
}

/** @typedef {{ secure: boolean, host: string, hostname: string, port: string, user: string, password: string }} Address */

/**
 * @param {string} text an http or https URL, or one without a scheme, which means http
 * @returns {Address | undefined}
 */
function parseAddress(text) {
  try {
    const url = new URL(/^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`);
    if (!/^https?:$/.test(url.protocol)) return undefined;
    return {
      secure: url.protocol === 'https:',
      host: url.host,
      hostname: withoutBrackets(url.hostname),
      port: url.port,
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
    };
  } catch {
    return undefined;
  }
}

/** @param {string} hostname */
function withoutBrackets(hostname) {
  return hostname.replace(/^\[|\]$/g, '');
}

/**
 * An agent whose connections are tunnels to the target (`CONNECT`, RFC 9110, 9.3.6).
 * @param {URL} target
 * @param {Address} proxy
 * @param {AbortSignal} signal
 * @returns {import('node:http').Agent}
 */
function createTunnelAgent(target, proxy, signal) {
  const secure = target.protocol === 'https:';
  const hostname = withoutBrackets(target.hostname);
  const authority = `${isIPv6(hostname) ? `[${hostname}]` : hostname}:${target.port || (secure ? 443 : 80)}`;
  /** @type {import('node:https').RequestOptions} */
  const connect = {
    method: 'CONNECT',
    host: proxy.hostname,
    port: proxy.port,
    path: authority,
    headers: { host: authority, connection: 'close', ...credentials(proxy) },
    agent: false,
    signal,
    // The credentials go to a proxy that is reached by https, so it has to prove its name.
    rejectUnauthorized: true,
    // Node would take the name from the `host` header, which is the target's.
    servername: isIP(proxy.hostname) ? '' : proxy.hostname,
  };

  const Agent = secure ? loadHttps().Agent : HttpAgent;
  class TunnelAgent extends Agent {
    /**
     * @override
     * @param {any} options
     * @param {(error: Error | null, socket?: any) => void} callback
     */
    createConnection(options, callback) {
      const request = (proxy.secure ? loadHttps().request : requestHttp)(connect);
      request.once('error', (error) => callback(error));
      request.once('connect', (response, socket) => {
        request.removeAllListeners();
        socket.removeAllListeners();
        const { statusCode = 0 } = response;
        if (statusCode >= 200 && statusCode < 300) {
          return callback(null, secure ? super.createConnection({ ...options, socket }) : socket);
        }
        socket.destroy();
        callback(new Error(`it answered with status ${statusCode}`));
      });
      request.end();
      return undefined;
    }
  }
  return new TunnelAgent();
}

/**
 * @param {Address} proxy
 * @returns {Record<string, string>}
 */
function credentials({ user, password }) {
  if (user === '' && password === '') return {};
  return { 'proxy-authorization': `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}
