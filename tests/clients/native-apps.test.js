import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import WebSocket from 'ws';
import { within } from './fixtures/deadline.js';
import { Inbox } from './fixtures/inbox.js';
import { startNode } from './fixtures/node.js';

/**
 * What the Swift and Android clients put on the wire, behind a TLS proxy: credentials in the
 * headers of the upgrade, no `connection_init`, upper-case ids, `\/` in JSON.
 */
describe('the frames of the Swift and Android clients', () => {
  let node;
  let frames;
  let socket;

  before(async () => (node = await startNode()));
  after(async () => {
    await node?.remove();
  });

  beforeEach(async () => {
    frames = new Inbox();
    socket = new WebSocket(node.realtimeUrl, ['aws-appsync-event-ws'], {
      headers: {
        host: 'events.example.com',
        'x-api-key': node.apiKey,
        'x-amz-date': '20260101T000000Z',
        'content-type': 'application/json',
        accept: 'application/json',
        'content-encoding': 'amz-1.0',
      },
    });
    socket.on('message', (data) => frames.push(JSON.parse(data)));
    await within(
      'the WebSocket to open',
      new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject)),
    );
  });

  afterEach(() => socket.terminate());

  const answerTo = (id) =>
    within(
      `an answer to ${id}`,
      frames.first((frame) => frame.id === id),
    );

  it('are answered one by one', async () => {
    const authorization = String.raw`"authorization":{"x-api-key":"${node.apiKey}","host":"events.example.com"}`;
    const subscription = '3F2504E0-4F89-11D3-9A0C-0305E82C3301';
    socket.send(
      String.raw`{"type":"subscribe","id":"${subscription}","channel":"\/default\/app",${authorization}}`,
    );
    assert.deepEqual(await answerTo(subscription), { type: 'subscribe_success', id: subscription });

    const publish = '3F2504E0-4F89-11D3-9A0C-0305E82C3302';
    socket.send(
      String.raw`{"events":["{\"path\":\"\\\/a\"}"],${authorization},"channel":"default\/app","id":"${publish}","type":"publish"}`,
    );
    const published = await answerTo(publish);
    assert.equal(published.type, 'publish_success');
    assert.equal(published.successful.length, 1);
    assert.deepEqual(published.failed, []);

    const data = await within(
      'the event',
      frames.first(({ type }) => type === 'data'),
    );
    assert.deepEqual(data, {
      type: 'data',
      id: subscription,
      event: String.raw`{"path":"\/a"}`,
    });

    socket.send(`{"id":"${subscription}","type":"unsubscribe"}`);
    const end = await within(
      'an answer to unsubscribe',
      frames.first(({ type }) => type.startsWith('unsubscribe')),
    );
    assert.deepEqual(end, { type: 'unsubscribe_success', id: subscription });
  });

  it('may begin with connection_init', async () => {
    socket.send('{"type":"connection_init"}');
    const acknowledgement = await within(
      'connection_ack',
      frames.first(({ type }) => type === 'connection_ack'),
    );
    assert.equal(acknowledgement.connectionTimeoutMs, 300_000);
  });
});
