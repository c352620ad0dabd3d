const query = new URLSearchParams(globalThis.location?.search);
const environment = import.meta.env;

/**
 * Where the node is: the page's query parameters first, then what Vite was given.
 *
 * The scheme is in capital letters on purpose. amplify-js opens its WebSocket at the endpoint
 * with `http://` replaced by `wss://`, so a node without TLS would never be reached. It doesn't
 * recognise `HTTP://`, leaves it alone, and the browser turns it into `ws://`.
 */
export const endpoint =
  query.get('endpoint') ?? environment.VITE_ACTORMESH_ENDPOINT ?? 'HTTP://localhost:8080/event';

export const apiKey = query.get('key') ?? environment.VITE_ACTORMESH_API_KEY ?? '';

export const amplifyConfiguration = {
  API: {
    Events: { endpoint, region: 'us-east-1', defaultAuthMode: 'apiKey', apiKey },
  },
};
