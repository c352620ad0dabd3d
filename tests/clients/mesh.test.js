import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openChromium } from './amplify/in-chromium.js';
import { openNode } from './amplify/in-node.js';
import { startNode } from './fixtures/node.js';
import { publish } from './fixtures/publish.js';
import { startRelay } from './fixtures/relay.js';

for (const [where, open] of [
  ['Node', openNode],
  ['Chromium', openChromium],
])
  describe(`aws-amplify in ${where}, behind one address for two nodes`, () => {
    let first;
    let second;
    let relay;
    let amplify;

    before(async () => {
      first = await startNode();
      second = await startNode({ join: first });
      await first.linkedWith(1);
      await second.linkedWith(1);
      relay = await startRelay([first, second]);
      amplify = await open('aws-amplify');
    });

    after(async () => {
      await amplify?.close();
      await relay?.close();
      await second?.stop();
      await first?.remove();
    });

    it('gets what is published on the other node, and goes on there when its own is killed', async () => {
      const channel = '/default/mesh';
      const client = await amplify.newClient();
      await client.call('configure', { endpoint: relay.amplifyEndpoint, apiKey: first.apiKey });
      await client.call('connect', channel);
      await client.call('subscribe', { channel });

      await publish(second, channel, 'from the other node');
      assert.deepEqual(await client.call('received', { as: channel, count: 1 }), [
        'from the other node',
      ]);

      await first.kill();
      await client.call('passedThrough', ['Connected', 'ConnectionDisrupted']);
      await client.call(
        'confirmed',
        { channel, times: 2 },
        'a second subscription to be confirmed, on the node that is left',
      );
      await publish(second, channel, 'from its own node now');
      await client.call('post', { channel, event: 'from itself' });
      assert.deepEqual(
        (await client.call('received', { as: channel, count: 3 })).slice(1),
        ['from its own node now', 'from itself'],
      );

      await first.start();
      await first.linkedWith(1);
      await publish(first, channel, 'from the node that is back');
      assert.deepEqual(
        (await client.call('received', { as: channel, count: 4 })).slice(3),
        ['from the node that is back'],
      );
    });
  });
