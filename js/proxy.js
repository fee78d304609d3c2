// @ts-check
// The way through a forward proxy. Loaded only where a proxy variable is set.

import { checkBypass, getProxyUrl } from '@actions/http-client/lib/proxy';
import { HttpProxyAgent, HttpsProxyAgent } from 'hpagent';

/**
 * @typedef {object} Tunnel
 * @property {import('node:http').Agent} agent
 * @property {string} name of the proxy for messages, without credentials
 * @property {() => void} close gives up what is still being connected
 */

/**
 * @param {URL} target
 * @param {(secret: string) => void} mask
 * @returns {Tunnel | undefined} nothing where `NO_PROXY`, or the lack of a variable for this scheme, says to go directly
 * @throws {Error} if the variable holds no address of a proxy; to go round it would be against its purpose
 */
export function openTunnel(target, mask) {
  if (checkBypass(target)) return undefined;
  const variable = target.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  if (!process.env[variable] && !process.env[variable.toUpperCase()]) return undefined;

  const proxy = readAddress(target);
  if (!proxy || !/^https?:$/.test(proxy.protocol)) {
    throw new Error(`${variable.toUpperCase()} is not an address like http://proxy.example:3128`);
  }
  const name = `the proxy ${proxy.host}`;
  if (proxy.password) mask(proxy.password);

  const connecting = new AbortController();
  const Agent = target.protocol === 'https:' ? HttpsProxyAgent : HttpProxyAgent;
  const agent = new Agent({
    proxy: /** @type {URL} */ ({
      protocol: proxy.protocol,
      hostname: proxy.hostname.replace(/^\[|\]$/g, ''),
      port: proxy.port,
      // The agent decodes them, and the toolkit has done so before.
      username: encodeURIComponent(proxy.username),
      password: encodeURIComponent(proxy.password),
    }),
    // To a proxy that is spoken to by https its credentials go, so it has to be the one that is meant.
    proxyRequestOptions: /** @type {object} */ ({ signal: connecting.signal, rejectUnauthorized: true }),
  });
  return { agent, name, close: () => connecting.abort() };
}

/** @param {URL} target */
function readAddress(target) {
  try {
    return getProxyUrl(target);
  } catch {
    return undefined;
  }
}
