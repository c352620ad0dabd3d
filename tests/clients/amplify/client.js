import { within } from '../fixtures/deadline.js';

/**
 * The remote control of a `Session` that lives in a worker thread or a page.
 * `perform(method, argument)` carries a call there and brings `{value}` or `{error}` back.
 */
export class Client {
  #perform;
  #dispose;

  constructor(perform, dispose) {
    this.#perform = perform;
    this.#dispose = dispose;
  }

  /** Calls a method of the session, and says what for if no answer comes. */
  async call(method, argument, expected = `an answer to ${method} ${JSON.stringify(argument)}`) {
    const { value, error } = await within(expected, this.#perform(method, argument));
    if (error) throw Object.assign(new Error(error.message), { name: error.name });
    return value;
  }

  async dispose() {
    await this.#dispose();
  }
}
