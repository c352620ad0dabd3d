import { parentPort } from 'node:worker_threads';
import WebSocket from 'ws';
import { perform } from './session.js';
import { openSession } from './session-under-test.js';

// Node has a WebSocket of its own only from version 22 on.
globalThis.WebSocket = WebSocket;

const session = openSession();

parentPort.on('message', async ({ call, method, argument }) => {
  parentPort.postMessage({ call, outcome: await perform(session, method, argument) });
});
