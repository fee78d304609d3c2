// @ts-check
// The minimum for a WebAssembly program that makes one request: compile the module, make the request, read the answer.

const { readFileSync } = require('node:fs');
const { get } = require('node:http');

const [, , wasm = '', url = ''] = process.argv;
new WebAssembly.Module(readFileSync(wasm));
const headers = {
  accept: 'application/vnd.github+json',
  'accept-encoding': 'identity',
  authorization: `Bearer ${process.env.INPUT_TOKEN}`,
  'user-agent': 'bare',
  'x-github-api-version': '2022-11-28',
};
get(url, { headers, agent: false }, (response) => {
  let body = '';
  response.setEncoding('utf8');
  response.on('data', (text) => (body += text));
  response.on('end', () => (process.exitCode = response.statusCode === 200 && body !== '' ? 0 : 1));
});
