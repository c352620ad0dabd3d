import { Inbox } from '../fixtures/inbox.js';

/**
 * One user of the unmodified aws-amplify client, in Node or in a page.
 *
 * What goes in and comes out is plain data, so that a test can drive it from outside.
 */
export class Session {
  #amplify;
  #channels = new Map();
  #subscriptions = new Map();
  #acknowledged = new Inbox();
  #states = new Inbox();
  #frames = new Inbox();

  constructor(amplify) {
    this.#amplify = amplify;
    amplify.Hub.listen('api', ({ payload }) => {
      if (payload.event === 'Subscription ack') this.#acknowledged.push(payload.data.query);
      if (payload.event === 'ConnectionStateChange')
        this.#states.push(payload.data.connectionState);
    });
    this.#watchSockets();
  }

  configure({ endpoint, apiKey }) {
    this.#amplify.Amplify.configure({
      API: { Events: { endpoint, region: 'us-east-1', defaultAuthMode: 'apiKey', apiKey } },
    });
  }

  async connect(channel) {
    this.#channels.set(channel, await this.#amplify.events.connect(channel));
  }

  /**
   * Subscribes to a connected channel. Resolves when the node confirmed it: with the `ready`
   * promise where this amplify has one, and with the acknowledgement that all of them announce.
   */
  async subscribe({ channel, as = channel, options }) {
    const received = new Inbox();
    const confirmations = this.#confirmations(channel);
    const subscription = await new Promise((resolve, reject) => {
      const made = this.#channels.get(channel).subscribe(
        {
          next: ({ event }) => received.push(event),
          error: ({ errors: [{ message }] }) => reject(new Error(message)),
        },
        options,
      );
      this.#acknowledgement(channel, confirmations + 1).then(() => resolve(made));
    });
    await subscription.ready;
    this.#subscriptions.set(as, { subscription, received });
  }

  /** Resolves when the node confirmed subscriptions to `channel` that many times in all. */
  async confirmed({ channel, times }) {
    await this.#acknowledgement(channel, times);
  }

  unsubscribe(as) {
    this.#subscriptions.get(as).subscription.unsubscribe();
  }

  async close(channel) {
    await this.#channels.get(channel).close();
  }

  async publish({ channel, event, options }) {
    await this.#channels.get(channel).publish(event, options);
  }

  /** Publishes over HTTP. Resolves with the events that failed, if any did. */
  async post({ channel, event, options }) {
    return await this.#amplify.events.post(channel, event, options);
  }

  /** Resolves with the events that a subscription got, once there are `count` of them. */
  async received({ as, count }) {
    return await this.#subscriptions.get(as).received.atLeast(count);
  }

  /** Resolves once the connection's states so far contain these, in this order. */
  async passedThrough(states) {
    let from = 0;
    for (const state of states) {
      let found = -1;
      for (let count = from + 1; found < 0; count += 1)
        found = (await this.#states.atLeast(count)).indexOf(state, from);
      from = found + 1;
    }
  }

  /** Resolves with all frames that arrived, once one of this type is among them. */
  async framesUntil(type) {
    await this.#frames.first((frame) => frame.type === type);
    return this.#frames.items;
  }

  #confirmations(channel) {
    return this.#acknowledged.items.filter((name) => name === channel).length;
  }

  async #acknowledgement(channel, times) {
    while (this.#confirmations(channel) < times)
      await this.#acknowledged.atLeast(this.#acknowledged.items.length + 1);
  }

  /** Listens at every socket that amplify opens. */
  #watchSockets() {
    const frames = this.#frames;
    globalThis.WebSocket = class extends globalThis.WebSocket {
      constructor(...args) {
        super(...args);
        this.addEventListener('message', ({ data }) => frames.push(JSON.parse(data)));
      }
    };
  }
}

/** Calls a method of the session and turns what came of it into plain data. */
export async function perform(session, method, argument) {
  try {
    return { value: await session[method](argument) };
  } catch (error) {
    return { error: { name: error.name, message: error.message } };
  }
}
