import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { within } from './fixtures/deadline.js';
import { listen } from './fixtures/listener.js';
import { startNode } from './fixtures/node.js';
import { assertPublished } from './fixtures/publish.js';
import { openConnection } from './fixtures/raw-http.js';

const order = '{"orderId":"A-1","status":"Crème brûlée"}';

// System.Text.Json writes quotation marks inside a string, and all that is not ASCII, as \uXXXX.
const body = String.raw`{"channel":"/default/orders","events":["{\u0022orderId\u0022:\u0022A-1\u0022,\u0022status\u0022:\u0022Cr\u00E8me br\u00FBl\u00E9e\u0022}"]}`;

const chunk = (text) => `${text.length.toString(16).toUpperCase()}\r\n${text}\r\n`;
const lastChunk = '0\r\n\r\n';

describe("the request of .NET's HttpClient with PostAsJsonAsync", () => {
  let node;
  let listener;
  let connection;

  before(async () => (node = await startNode()));
  beforeEach(async () => {
    listener = await listen(node, '/default/orders');
    connection = await openConnection(node);
  });
  afterEach(() => {
    connection?.close();
    listener?.close();
  });
  after(async () => {
    await node?.remove();
  });

  const head = (...more) =>
    [
      'POST /event HTTP/1.1',
      `Host: 127.0.0.1:${node.port}`,
      `x-api-key: ${node.apiKey}`,
      ...more,
      'Transfer-Encoding: chunked',
      'Content-Type: application/json; charset=utf-8',
      '\r\n',
    ].join('\r\n');

  async function assertPublishes(count) {
    for (let answered = 0; answered < count; answered += 1) {
      const { status, headers, body: answer } = await connection.response();
      assert.equal(status, 200, `expected status 200, got ${status} with ${answer}`);
      assert.match(headers['content-type'], /^application\/json/, 'the answer is JSON');
      assertPublished(JSON.parse(answer), 1);
    }
    const expected = Array(count).fill(order);
    const events = await within(`${count} orders at the listener`, listener.events.atLeast(count));
    assert.deepEqual(events, expected, 'an event is what the string held, not how it was escaped');
  }

  it('is taken in one piece', async () => {
    await connection.send(head() + chunk(body) + lastChunk);
    await assertPublishes(1);
  });

  it('is taken when the head, the chunk and the end come one after the other', async () => {
    for (const part of [head(), chunk(body), lastChunk]) await connection.send(part);
    await assertPublishes(1);
  });

  it('is taken byte by byte', async () => {
    for (const byte of head() + chunk(body) + lastChunk) await connection.send(byte);
    await assertPublishes(1);
  });

  it('is taken in many chunks, as a large body is sent', async () => {
    const chunks = body
      .match(/.{1,7}/gs)
      .map(chunk)
      .join('');
    await connection.send(head() + chunks + lastChunk);
    await assertPublishes(1);
  });

  it('is taken with the tracing header that a web application adds', async () => {
    const trace = 'traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00';
    await connection.send(head(trace) + chunk(body) + lastChunk);
    await assertPublishes(1);
  });

  it('is taken again and again on one connection', async () => {
    const request = head() + chunk(body) + lastChunk;
    await connection.send(request);
    await connection.send(request + request);
    await assertPublishes(3);
  });
});
