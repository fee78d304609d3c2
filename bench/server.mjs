// @ts-check
// The API of some samples on loopback, in a worker: the main thread blocks while it times a process. Each sample has its
// own address below the server's, and every answer takes as long as it is told.

import { createServer } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

/** @type {{ answers: Map<string, { status: number, body: any, delayMs: number }>, count: Int32Array }} */
const { answers, count } = workerData;
const prepared = new Map(
  [...answers].map(([path, { status, body, delayMs }]) => [path, { status, delayMs, body: JSON.stringify(body) }]),
);

const server = createServer(({ url = '' }, response) => {
  Atomics.add(count, 0, 1);
  const { status, body, delayMs } = prepared.get(url) ?? { status: 404, body: '{"message":"Not Found"}', delayMs: 0 };
  const answer = () => response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(body);
  if (delayMs === 0) answer();
  else setTimeout(answer, delayMs);
});
server.listen(0, '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  parentPort?.postMessage(`http://127.0.0.1:${port}`);
});
