import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { openChromium } from './amplify/in-chromium.js';
import { openNode } from './amplify/in-node.js';
import { makeSigningKey, startHook, startIssuer } from './fixtures/auth-servers.js';
import { startNode } from './fixtures/node.js';

const modes = (...list) => {
  const text = `[${list.join(', ')}]`;
  return `    auth: {connect: ${text}, publish: ${text}, subscribe: ${text}}\n`;
};

const namespaces = '    namespaces: [{name: default}]\n';

/** Texts that signatures stumble over when they are written anew. */
const awkward = [
  '<b>bold</b> & "quoted" \'so\'',
  'back\\slash / slash = sign + plus',
  'Crème brûlée ×2 🍮 \u2028 \u0001 \t\n',
  { '<key>': ['ä & ö', { deep: '</script>' }] },
];

/** Sets up what every suite needs. `fixture` has `node` and what it works with. */
function suite(title, { setUp, places = allPlaces }, define) {
  for (const [place, openHost] of places) {
    describe(`${title}, amplify in ${place}`, () => {
      const fixture = {};
      const clients = [];
      let host;

      before(async () => {
        Object.assign(fixture, await setUp());
        host = await openHost();
      });

      afterEach(async () => {
        await Promise.all(clients.splice(0).map((client) => client.dispose()));
      });

      after(async () => {
        await host?.close();
        await fixture.node?.remove();
        await fixture.server?.close();
      });

      fixture.newClient = async (how) => {
        const client = await host.newClient();
        clients.push(client);
        await client.call('signIn', { endpoint: fixture.node.amplifyEndpoint, ...how });
        if (how.authToken) await client.call('useToken', how.authToken);
        return client;
      };
      define(fixture);
    });
  }
}

const inNode = [
  ['Node', () => openNode('aws-amplify', '../fixtures/auth-worker.js')],
  ['Node (before 6.21)', () => openNode('aws-amplify-before-6-21', '../fixtures/auth-worker.js')],
];
const allPlaces = [
  ...inNode,
  ['Chromium', () => openChromium('aws-amplify', '../fixtures/auth-page.js')],
];

/** Connects, subscribes, and publishes both ways. */
async function goesAllTheWay(client, channel, events) {
  await client.call('connect', channel);
  await client.call('subscribe', { channel });
  for (const event of events) {
    await client.call('publish', { channel, event });
    assert.equal(await client.call('post', { channel, event }), undefined, 'no event failed');
  }
  assert.deepEqual(
    await client.call('received', { as: channel, count: 2 * events.length }),
    events.flatMap((event) => [event, event]),
  );
}

const isRefused = (client, method, argument) =>
  assert.rejects(client.call(method, argument), `${method} is refused`);

const postIsRefused = (client, name) =>
  assert.rejects(
    client.call('post', { channel: '/default/a', event: 1 }),
    (error) => {
      assert.equal(error.name, name);
      return true;
    },
    `post is refused with ${name}`,
  );

describe('authorization modes', () => {
  // -- AWS_IAM ----------------------------------------------------------------------------------

  const lasting = {
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  };
  const passing = {
    accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'another+secret/of40characters+EXAMPLEKEY',
    sessionToken: 'IQoJb3JpZ2luX2VjE+//session/token==',
  };
  const reader = { accessKeyId: 'AKIAREADERNN7EXAMPLE', secretAccessKey: 'r'.repeat(40) };

  const startSigned = async () => ({
    node: await startNode({
      api: `${modes('AWS_IAM')}\
    access_keys:
      - id: ${lasting.accessKeyId}
        secret_file: lasting.secret
        policy: [{actions: [appsync:*], resources: ["*"]}]
      - id: ${passing.accessKeyId}
        secret_file: passing.secret
        session_token_file: passing.token
        policy: [{actions: [appsync:*], resources: ["*"]}]
      - id: ${reader.accessKeyId}
        secret_file: reader.secret
        policy: [{actions: [appsync:EventConnect, appsync:EventSubscribe], resources: ["*"]}]
${namespaces}`,
      files: {
        'lasting.secret': lasting.secretAccessKey,
        'passing.secret': passing.secretAccessKey,
        'passing.token': passing.sessionToken,
        'reader.secret': reader.secretAccessKey,
      },
    }),
  });

  suite('AWS_IAM', { setUp: startSigned }, (fixture) => {
    const signedBy = (credentials) => fixture.newClient({ mode: 'iam', credentials });

    it('takes what a lasting key signs, whatever is in the events', async () => {
      await goesAllTheWay(await signedBy(lasting), '/default/lasting', awkward);
    });

    it('takes batches, and channels without the first slash', async () => {
      const client = await signedBy(lasting);
      await client.call('connect', 'default/batch/*');
      await client.call('subscribe', { channel: 'default/batch/*' });
      await client.call('connect', 'default/batch/1');
      await client.call('publish', { channel: 'default/batch/1', event: awkward });
      assert.deepEqual(await client.call('received', { as: 'default/batch/*', count: 4 }), awkward);
    });

    it('takes what a passing key signs, with its session token', async () => {
      await goesAllTheWay(await signedBy(passing), '/default/passing', awkward);
    });

    it('refuses a passing key with another session token, or with none', async () => {
      for (const sessionToken of ['another', undefined]) {
        const client = await signedBy({ ...passing, sessionToken });
        await isRefused(client, 'connect', '/default/a');
        await postIsRefused(client, 'UnrecognizedClientException');
      }
    });

    it('refuses a wrong secret and an unknown key', async () => {
      const wrong = await signedBy({ ...lasting, secretAccessKey: 'wrong' });
      await isRefused(wrong, 'connect', '/default/a');
      await postIsRefused(wrong, 'InvalidSignatureException');
      const unknown = await signedBy({ ...lasting, accessKeyId: 'AKIAUNKNOWN7EXAMPLE' });
      await isRefused(unknown, 'connect', '/default/a');
      await postIsRefused(unknown, 'UnrecognizedClientException');
    });

    it('lets a key do what its policy allows, and nothing else', async () => {
      const client = await signedBy(reader);
      await client.call('connect', '/default/a');
      await client.call('subscribe', { channel: '/default/a' });
      await postIsRefused(client, 'AccessDeniedException');
      await isRefused(client, 'publish', { channel: '/default/a', event: 1 });
    });
  });

  // -- tokens -----------------------------------------------------------------------------------

  for (const [mode, configured, algorithm] of [
    ['oidc', 'OPENID_CONNECT', 'RS256'],
    ['userPool', 'AMAZON_COGNITO_USER_POOLS', 'ES256'],
  ]) {
    const isPool = mode === 'userPool';
    const key = makeSigningKey(algorithm, 'first');
    const startWithIssuer = async () => {
      const server = await startIssuer(key);
      const node = await startNode({
        api: `${modes(configured)}\
    issuers:
      - {mode: ${configured}, issuer: "${server.url}", clients: shop, leeway: 0s, min_refresh: 10ms}
${namespaces}`,
      });
      return { server, node };
    };

    suite(`${configured} with ${algorithm}`, { setUp: startWithIssuer }, (fixture) => {
      const claims = (more) =>
        fixture.server.claims('somebody', {
          ...(isPool ? { token_use: 'access', client_id: 'shop', username: 'somebody' } : {}),
          ...more,
        });
      const withToken = (token) => fixture.newClient({ mode, token });

      it('takes a token of the issuer', async () => {
        await goesAllTheWay(await withToken(key.token(claims())), '/default/tokens', awkward);
        assert.equal(fixture.server.asked.keys, 1, 'the keys are asked for once');
        assert.equal(fixture.server.asked.discovery, isPool ? 0 : 1);
      });

      it('takes it with "Bearer" before it', async () => {
        const client = await withToken(`Bearer ${key.token(claims())}`);
        await goesAllTheWay(client, '/default/bearers', [1]);
      });

      it('refuses a token that has expired', async () => {
        const now = Math.floor(Date.now() / 1000);
        const client = await withToken(key.token(claims({ iat: now - 20, exp: now - 10 })));
        await isRefused(client, 'connect', '/default/a');
        await postIsRefused(client, 'UnauthorizedException');
      });

      it('refuses tokens for others, of others, and signed by others', async () => {
        const stranger = makeSigningKey(algorithm, 'first');
        const other = isPool ? { client_id: 'other' } : { aud: 'other' };
        for (const token of [
          key.token(claims(other)),
          key.token(claims({ iss: 'https://other.example.com' })),
          stranger.token(claims()),
        ]) {
          const client = await withToken(token);
          await isRefused(client, 'connect', '/default/a');
          await postIsRefused(client, 'UnauthorizedException');
        }
      });

      it('asks for the keys again when a token names one that it does not know', async () => {
        const before = fixture.server.asked.keys;
        const next = makeSigningKey(algorithm, 'second');
        fixture.server.keys = [key, next];
        await goesAllTheWay(await withToken(next.token(claims())), '/default/rotated', [1]);
        assert.equal(fixture.server.asked.keys, before + 1);
      });
    });
  }

  // -- AWS_LAMBDA -------------------------------------------------------------------------------

  const decide = ({ authorizationToken, requestContext: { operation } }) => {
    if (authorizationToken === 'silence') return undefined;
    if (authorizationToken === 'remember')
      return { isAuthorized: true, handlerContext: { userId: 'ann' }, ttlOverride: 300 };
    if (authorizationToken === 'connect-only')
      return { isAuthorized: operation === 'EVENT_CONNECT', ttlOverride: 0 };
    return { isAuthorized: authorizationToken === 'custom-allowed' };
  };
  const startWithHook = async () => {
    const server = await startHook(decide);
    const node = await startNode({
      api: `${modes('AWS_LAMBDA')}\
    authorizer: {url: "${server.url}", timeout: 1s}
${namespaces}`,
    });
    return { server, node };
  };

  suite('AWS_LAMBDA', { setUp: startWithHook }, (fixture) => {
    const withToken = (authToken) => fixture.newClient({ mode: 'lambda', authToken });
    const askedAbout = (token) =>
      fixture.server.questions
        .filter(({ authorizationToken }) => authorizationToken === token)
        .map(({ requestContext: { operation, channelNamespaceName, channel } }) => ({
          operation,
          channelNamespaceName,
          channel,
        }));

    it('asks the hook about every operation', async () => {
      const client = await withToken('custom-allowed');
      const channel = '/default/hooked';
      await goesAllTheWay(client, channel, ['<&">']);
      const about = { channelNamespaceName: 'default', channel };
      assert.deepEqual(askedAbout('custom-allowed'), [
        { operation: 'EVENT_CONNECT', channelNamespaceName: null, channel: null },
        { operation: 'EVENT_SUBSCRIBE', ...about },
        { operation: 'EVENT_PUBLISH', ...about },
        { operation: 'EVENT_PUBLISH', ...about },
      ]);
    });

    it('remembers an answer for as long as it says', async () => {
      const client = await withToken('remember');
      const channel = '/default/remembered';
      await goesAllTheWay(client, channel, [1, 2, 3]);
      assert.deepEqual(
        askedAbout('remember').map(({ operation }) => operation),
        ['EVENT_CONNECT', 'EVENT_SUBSCRIBE', 'EVENT_PUBLISH'],
      );
    });

    it('refuses what the hook refuses', async () => {
      const client = await withToken('no');
      await isRefused(client, 'connect', '/default/a');
      await postIsRefused(client, 'UnauthorizedException');
    });

    it('refuses one operation, and keeps the connection', async () => {
      const client = await withToken('connect-only');
      await client.call('connect', '/default/a');
      await isRefused(client, 'publish', { channel: '/default/a', event: 1 });
      await postIsRefused(client, 'UnauthorizedException');
    });

    it('refuses when the hook does not answer, or is not there', async () => {
      const slow = await withToken('silence');
      await isRefused(slow, 'connect', '/default/a');
      await postIsRefused(slow, 'UnauthorizedException');
      await fixture.server.close();
      const late = await withToken('custom-allowed');
      await isRefused(late, 'connect', '/default/a');
      await postIsRefused(late, 'UnauthorizedException');
      fixture.server.close = async () => {};
    });
  });
});
