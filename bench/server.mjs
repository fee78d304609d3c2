// @ts-check
// The API of a sample on loopback, in a worker: the main thread blocks while it times a process.

import { createServer } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

/** @type {{ answers: Map<string, { status: number, body: any }>, count: Int32Array }} */
const { answers, count } = workerData;
const bodies = new Map([...answers].map(([path, { status, body }]) => [path, { status, body: JSON.stringify(body) }]));

const server = createServer(({ url = '' }, response) => {
  Atomics.add(count, 0, 1);
  const { status, body } = bodies.get(url) ?? { status: 404, body: '{"message":"Not Found"}' };
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(body);
});
server.listen(0, '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  parentPort?.postMessage(`http://127.0.0.1:${port}`);
});
