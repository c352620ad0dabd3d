import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { within } from './fixtures/deadline.js';
import { credentialsProtocol } from './fixtures/listener.js';
import { startNode } from './fixtures/node.js';
import { start } from './fixtures/program.js';
import { publish } from './fixtures/publish.js';

const manifest = createRequire(import.meta.url).resolve('wscat/package.json');
const wscat = path.join(path.dirname(manifest), 'bin', 'wscat');

describe('wscat', () => {
  let node;
  let terminal;

  before(async () => (node = await startNode()));

  after(async () => {
    await node?.remove();
  });

  /** Starts wscat as a person would, with one command, and lets it stay connected. */
  function connect(...credentials) {
    const subscribe = JSON.stringify({
      type: 'subscribe',
      id: 'orders-1',
      channel: '/default/orders',
      authorization: { 'x-api-key': node.apiKey },
    });
    const args = ['-c', node.realtimeUrl, ...credentials, '-x', subscribe, '-w', '-1'];
    terminal = start(process.execPath, [wscat, ...args]);
    return terminal;
  }

  async function seesAnOrder() {
    const printed = () => `"${terminal.stdout()}" and "${terminal.stderr()}"`;
    const frames = (count) =>
      within(() => `${count} frames, got ${printed()}`, terminal.lines.atLeast(count));
    try {
      assert.deepEqual(await frames(1), ['{"type":"subscribe_success","id":"orders-1"}']);
      await publish(node, '/default/orders', { id: 'A-1' });
      assert.equal(
        (await frames(2))[1],
        String.raw`{"type":"data","id":"orders-1","event":"{\"id\":\"A-1\"}"}`,
      );
    } finally {
      terminal.signal('SIGTERM');
      await within('wscat to end', terminal.ended);
    }
  }

  it('subscribes with the credentials in a sub-protocol, without connection_init', async () => {
    const credentials = credentialsProtocol(`127.0.0.1:${node.port}`, node.apiKey);
    connect('-s', 'aws-appsync-event-ws', '-s', credentials);
    await seesAnOrder();
  });

  it('may name the credentials first', async () => {
    const credentials = credentialsProtocol(`127.0.0.1:${node.port}`, node.apiKey);
    connect('-s', credentials, '-s', 'aws-appsync-event-ws');
    await seesAnOrder();
  });

  it('subscribes with the credentials in a header', async () => {
    connect('-s', 'aws-appsync-event-ws', '-H', `x-api-key:${node.apiKey}`);
    await seesAnOrder();
  });
});
