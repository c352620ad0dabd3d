import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { after, before, beforeEach, afterEach, describe, it } from 'node:test';
import { within } from './fixtures/deadline.js';
import { listen } from './fixtures/listener.js';
import { startNode } from './fixtures/node.js';
import { run } from './fixtures/program.js';
import { assertPublished, publish } from './fixtures/publish.js';

const examples = fileURLToPath(new URL('../../examples/publishers/', import.meta.url));
const wrongKey = `da2-${'x'.repeat(26)}`;
const channel = '/default/orders';
const orders = [
  '{"id":"A-1","note":"a \\"quoted\\" word, a back\\\\slash"}',
  '{\n\t"id": "A-2",\n\t"note": "Crème brûlée 🍮"\n}',
];

describe('the example publishers', () => {
  let node;
  let listener;

  before(async () => (node = await startNode()));
  beforeEach(async () => (listener = await listen(node, channel)));
  afterEach(() => listener?.close());
  after(async () => {
    await node?.remove();
  });

  const environment = (apiKey = node.apiKey) => ({
    env: { PATH: process.env.PATH, ACTORMESH_ENDPOINT: node.url, ACTORMESH_API_KEY: apiKey },
  });

  async function assertDelivered(expected) {
    const events = await within(
      'the listener to get the orders',
      listener.events.atLeast(expected.length),
    );
    assert.deepEqual(events, expected, 'the events arrive byte for byte as they were published');
  }

  it('plain curl publishes', async () => {
    const { status, stdout, stderr } = await run('curl', [
      '--silent',
      '--show-error',
      node.url,
      '-H',
      `x-api-key: ${node.apiKey}`,
      '-H',
      'content-type: application/json',
      '-d',
      JSON.stringify({ channel, events: [orders[0]] }),
    ]);
    assert.equal(status, 0, `curl ends with status 0; it said: ${stderr}`);
    assertPublished(JSON.parse(stdout), 1);
    await assertDelivered([orders[0]]);
  });

  it('every event gets an identifier of its own, after a restart too', async () => {
    const publishes = 16;
    const identifiers = [];
    for (const start of ['first', 'second']) {
      if (start === 'second') {
        await node.stop();
        await node.start();
      }
      const all = Array.from({ length: publishes }, () => publish(node, channel, 1, 2));
      identifiers.push(...(await Promise.all(all)).flat());
    }
    assert.equal(new Set(identifiers).size, 2 * publishes * 2, 'no identifier comes twice');
  });

  it('publish.sh publishes', async () => {
    const { status, stdout, stderr } = await run(
      `${examples}publish.sh`,
      [channel, ...orders],
      environment(),
    );
    assert.equal(status, 0, `publish.sh ends with status 0; it said: ${stdout}${stderr}`);
    assertPublished(JSON.parse(stdout), 2);
    await assertDelivered(orders);
  });

  it('publish.sh fails with a wrong key and shows the answer', async () => {
    const { status, stdout } = await run(
      `${examples}publish.sh`,
      [channel, ...orders],
      environment(wrongKey),
    );
    assert.equal(status, 22, 'publish.sh ends with the status that curl has for an HTTP error');
    assert.match(stdout, /"UnauthorizedException"/);
  });

  it('publish.mjs publishes', async () => {
    const { status, stdout, stderr } = await run(
      process.execPath,
      [`${examples}publish.mjs`, channel, ...orders],
      environment(),
    );
    assert.equal(status, 0, `publish.mjs ends with status 0; it said: ${stderr}`);
    assert.match(
      stdout,
      /^event 0 published as [0-9a-f-]{36}\nevent 1 published as [0-9a-f-]{36}\n$/,
    );
    await assertDelivered(orders);
  });

  it('publish.mjs fails with a wrong key and says why', async () => {
    const { status, stderr } = await run(
      process.execPath,
      [`${examples}publish.mjs`, channel, ...orders],
      environment(wrongKey),
    );
    assert.equal(status, 1, 'publish.mjs ends with status 1');
    assert.equal(stderr, '401 UnauthorizedException: You are not authorized to make this call.\n');
  });
});
