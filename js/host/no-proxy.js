// @ts-check

import { BlockList, isIP, isIPv6 } from 'node:net';

/** The machine itself is never reached through a proxy. */
const LOOPBACK = 'localhost, 127.0.0.0/8, ::1';

/**
 * Whether `NO_PROXY` excludes a target. An entry is `*`, a name, which includes its subdomains, `.name` or `*.name`, an IP
 * address, or a range in CIDR notation; all except ranges can have a port.
 * @param {URL} target
 * @param {string} entries separated by commas or white space
 * @returns {boolean}
 */
export function bypassesProxy(target, entries) {
  const host = target.hostname.toLowerCase().replace(/^\[|\]$/g, '');
  const port = target.port || (target.protocol === 'https:' ? '443' : '80');
  const words = `${LOOPBACK}, ${entries}`.toLowerCase().split(/[\s,]+/);
  return words.some((entry) => entry !== '' && matches(entry, host, port));
}

/**
 * @param {string} entry
 * @param {string} host
 * @param {string} port
 */
function matches(entry, host, port) {
  if (entry === '*') return true;
  const [range, address = '', bits = ''] = /^([^/]+)\/(\d+)$/.exec(entry) ?? [];
  if (range !== undefined) return isInRange(host, address, Number(bits));
  if (isIPv6(entry)) return sameAddress(entry, host);
  const [, name = '', only = port] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  if (only !== port) return false;
  const suffix = name.replace(/^\*?\.|^\[|\]$/g, '');
  if (isIP(suffix)) return sameAddress(suffix, host);
  return suffix !== '' && (host === suffix || host.endsWith(`.${suffix}`));
}

/**
 * @param {string} a
 * @param {string} b
 */
function sameAddress(a, b) {
  return isInRange(b, a, isIPv6(a) ? 128 : 32);
}

/**
 * @param {string} host
 * @param {string} address
 * @param {number} bits
 */
function isInRange(host, address, bits) {
  const family = isIP(address);
  if (family === 0 || isIP(host) !== family || bits > (family === 6 ? 128 : 32)) return false;
  const type = family === 6 ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  list.addSubnet(address, bits, type);
  return list.check(host, type);
}
