import { Worker } from 'node:worker_threads';
import { bundle } from './bundle.js';
import { Client } from './client.js';

/**
 * Runs aws-amplify in Node. Each client is a worker thread, because amplify keeps its one
 * socket and its subscriptions in module-wide state. `entry` is what runs in it.
 */
export async function openNode(amplifyPackage, entry = 'worker.js') {
  const bundled = await bundle(entry, amplifyPackage, 'node');
  const workers = new Set();
  return {
    async newClient() {
      const worker = new Worker(bundled.file);
      workers.add(worker);
      return new Client(callerOf(worker), () => worker.terminate());
    },
    async close() {
      await Promise.all([...workers].map((worker) => worker.terminate()));
      await bundled.remove();
    },
  };
}

function callerOf(worker) {
  const pending = new Map();
  let lastCall = 0;
  worker.on('message', ({ call, outcome }) => {
    pending.get(call).resolve(outcome);
    pending.delete(call);
  });
  worker.on('error', (error) => {
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
  });
  return (method, argument) =>
    new Promise((resolve, reject) => {
      lastCall += 1;
      pending.set(lastCall, { resolve, reject });
      worker.postMessage({ call: lastCall, method, argument });
    });
}
