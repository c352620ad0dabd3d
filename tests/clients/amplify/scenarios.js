import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { startNode } from '../fixtures/node.js';

const wrongKey = `da2-${'x'.repeat(26)}`;

/** The same expectations for every aws-amplify and every place it runs in. */
export function describeAmplify(title, openHost) {
  describe(title, () => {
    let node;
    let host;
    let clients = [];

    before(async () => {
      node = await startNode();
      host = await openHost();
    });

    afterEach(async () => {
      await Promise.all(clients.map((client) => client.dispose()));
      clients = [];
    });

    after(async () => {
      await host?.close();
      await node?.remove();
    });

    async function newClient(apiKey = node.apiKey) {
      const client = await host.newClient();
      clients.push(client);
      await client.call('configure', { endpoint: node.amplifyEndpoint, apiKey });
      return client;
    }

    async function subscriberTo(channel) {
      const client = await newClient();
      await client.call('connect', channel);
      await client.call('subscribe', { channel });
      return client;
    }

    it('gets an acknowledgement and then a keep-alive as soon as it connects', async () => {
      const client = await newClient();
      await client.call('connect', '/default/orders');
      const frames = await client.call('framesUntil', 'ka', 'an early "ka" frame');
      assert.deepEqual(frames.slice(0, 2), [
        { type: 'connection_ack', connectionTimeoutMs: 300_000 },
        { type: 'ka' },
      ]);
    });

    it('posts over HTTP, and every subscriber gets the event as it was', async () => {
      const event = {
        id: 'A-1',
        note: 'Crème brûlée ×2 🍮',
        lines: [{ sku: 7, price: 3.5 }, null],
      };
      const subscribers = [
        await subscriberTo('/default/posts'),
        await subscriberTo('default/posts'),
      ];
      const publisher = await newClient();
      const failed = await publisher.call('post', { channel: '/default/posts', event });
      assert.equal(failed, undefined, 'post resolves with nothing when no event failed');
      for (const [index, channel] of ['/default/posts', 'default/posts'].entries()) {
        const received = await subscribers[index].call('received', { as: channel, count: 1 });
        assert.deepEqual(received, [event], `the subscriber to ${channel} gets the event`);
      }
    });

    it('posts any kind of JSON value', async () => {
      const values = ['Breaking news!', 123, true, null, ['a', {}]];
      const subscriber = await subscriberTo('/default/values');
      await subscriber.call('post', { channel: '/default/values', event: values });
      assert.deepEqual(
        await subscriber.call('received', { as: '/default/values', count: 5 }),
        values,
      );
    });

    it('publishes on its socket, and gets its own event as others do', async () => {
      const channel = '/default/echo';
      const publisher = await subscriberTo(channel);
      const other = await subscriberTo(channel);
      await publisher.call('publish', { channel, event: { said: 'hello' } });
      for (const client of [publisher, other])
        assert.deepEqual(await client.call('received', { as: channel, count: 1 }), [
          { said: 'hello' },
        ]);
    });

    it('gets the events of batches in their order, over HTTP and on the socket', async () => {
      const channel = '/default/batches';
      const client = await subscriberTo(channel);
      await client.call('post', { channel, event: [1, 2, 3, 4, 5] });
      await client.call('publish', { channel, event: [6, 7, 8, 9, 10] });
      await client.call('publish', { channel, event: [11, 12, 13, 14, 15] });
      assert.deepEqual(
        await client.call('received', { as: channel, count: 15 }),
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
      );
    });

    it('publishes five large events at once', async () => {
      const channel = '/default/large';
      const events = ['a', 'b', 'c', 'd', 'e'].map((letter) => letter.repeat(200_000));
      const client = await subscriberTo(channel);
      await client.call('post', { channel, event: events });
      await client.call('publish', { channel, event: events });
      const received = await client.call('received', { as: channel, count: 10 });
      assert.ok(
        received.every((event, index) => event === events[index % 5]),
        'each large event arrives whole and in order',
      );
    });

    it('gets the whole subtree of a wildcard and nothing beside it', async () => {
      const client = await subscriberTo('/default/shop/*');
      const channels = [
        '/default/shop',
        '/default/shops/1',
        '/default/shop/1',
        '/default/other',
        '/default/shop/1/items/2',
      ];
      for (const channel of channels) await client.call('post', { channel, event: channel });
      assert.deepEqual(await client.call('received', { as: '/default/shop/*', count: 2 }), [
        '/default/shop/1',
        '/default/shop/1/items/2',
      ]);
    });

    it('stops getting events once it unsubscribed, while its other subscription goes on', async () => {
      const channel = '/default/leaving';
      const client = await subscriberTo(channel);
      await client.call('subscribe', { channel, as: 'second' });
      await client.call('unsubscribe', channel);
      await client.call('framesUntil', 'unsubscribe_success', 'an "unsubscribe_success" frame');
      await client.call('post', { channel, event: 'after' });
      assert.deepEqual(await client.call('received', { as: 'second', count: 1 }), ['after']);
      assert.deepEqual(await client.call('received', { as: channel, count: 0 }), []);
      const frames = await client.call('framesUntil', 'data');
      assert.equal(
        frames.filter(({ type }) => type === 'data').length,
        1,
        'the node sends the event for one subscription only',
      );
    });

    it('is turned away with a wrong key', async () => {
      const stranger = await newClient(wrongKey);
      await assert.rejects(
        stranger.call('connect', '/default/orders'),
        { message: 'UnauthorizedException' },
        'connect fails',
      );
      await assert.rejects(
        stranger.call('post', { channel: '/default/orders', event: 1 }),
        { name: 'UnauthorizedException', message: 'You are not authorized to make this call.' },
        'post fails',
      );
    });

    it('needs a good key for every operation', async () => {
      const channel = '/default/guarded';
      const client = await newClient();
      await client.call('connect', channel);
      const options = { apiKey: wrongKey };
      await assert.rejects(
        client.call('publish', { channel, event: 1, options }),
        { message: 'Publish errors: UnauthorizedException' },
        'publish fails',
      );
      await assert.rejects(
        client.call('subscribe', { channel, options }),
        /Connection failed: UnauthorizedException: You are not authorized to make this call\./,
        'subscribe fails',
      );
    });

    it('is told that a namespace does not exist', async () => {
      const channel = '/unknown/orders';
      const client = await newClient();
      await client.call('connect', channel);
      await assert.rejects(
        client.call('post', { channel, event: 1 }),
        { name: 'UnauthorizedException' },
        'post fails',
      );
      await assert.rejects(
        client.call('publish', { channel, event: 1 }),
        { message: 'Publish errors: UnauthorizedException' },
        'publish fails',
      );
      await assert.rejects(
        client.call('subscribe', { channel }),
        /Connection failed: UnauthorizedException/,
        'subscribe fails',
      );
    });

    it('is told that a channel has a wrong name', async () => {
      const channel = '/default/under_score';
      const client = await newClient();
      await client.call('connect', channel);
      await assert.rejects(
        client.call('post', { channel, event: 1 }),
        { name: 'BadRequestException', message: 'Invalid Channel Format' },
        'post fails',
      );
      await assert.rejects(
        client.call('publish', { channel, event: 1 }),
        { message: 'Publish errors: BadRequestException' },
        'publish fails',
      );
      await assert.rejects(
        client.call('subscribe', { channel }),
        /Connection failed: BadRequestException: Invalid Channel Format/,
        'subscribe fails',
      );
    });

    it('is told that a batch has too many events, and none of them is sent', async () => {
      const channel = '/default/crowded';
      const client = await subscriberTo(channel);
      const six = [1, 2, 3, 4, 5, 6];
      await assert.rejects(
        client.call('post', { channel, event: six }),
        { name: 'BadRequestException', message: 'Input exceeded 5 event limit' },
        'post fails',
      );
      await assert.rejects(
        client.call('publish', { channel, event: six }),
        { message: 'Publish errors: InvalidInputError' },
        'publish fails',
      );
      const frames = await client.call('framesUntil', 'publish_error');
      assert.deepEqual(frames.find(({ type }) => type === 'publish_error').errors, [
        { errorType: 'InvalidInputError', message: 'input exceeded 5 event limit' },
      ]);
      await client.call('publish', { channel, event: 'next' });
      assert.deepEqual(await client.call('received', { as: channel, count: 1 }), ['next']);
    });

    it('is told which event of a batch is too large, while the others are sent', async () => {
      const channel = '/default/heavy';
      const client = await subscriberTo(channel);
      const failed = await client.call('post', {
        channel,
        event: ['small', 'x'.repeat(240 * 1024)],
      });
      assert.deepEqual(
        failed.map(({ index, code }) => ({ index, code })),
        [{ index: 1, code: 'EventTooLargeException' }],
      );
      assert.deepEqual(await client.call('received', { as: channel, count: 1 }), ['small']);
    });

    it('comes back by itself after the node restarts, with its subscription', async () => {
      const channel = '/default/lasting';
      const client = await subscriberTo(channel);
      await client.call('passedThrough', ['Connecting', 'Connected']);
      await node.stop();
      await client.call('passedThrough', ['Connected', 'ConnectionDisrupted']);
      await node.start();
      await client.call(
        'confirmed',
        { channel, times: 2 },
        'a second subscription to be confirmed, five seconds after the disruption',
      );
      await client.call('passedThrough', ['ConnectionDisrupted', 'Connected']);
      await client.call('post', { channel, event: 'again' });
      assert.deepEqual(await client.call('received', { as: channel, count: 1 }), ['again']);
    });
  });
}
