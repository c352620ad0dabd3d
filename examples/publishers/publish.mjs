#!/usr/bin/env node
// Publishes events to a channel with what Node 18 and newer bring along.
//
//   ACTORMESH_API_KEY=da2-... node publish.mjs /default/orders '{"id":"A-1","status":"paid"}' ...
//
// Each further argument is one event, written as JSON; one request carries up to five.
// ACTORMESH_ENDPOINT is the node's endpoint, http://localhost:8080/event if not set.
const { ACTORMESH_API_KEY: apiKey, ACTORMESH_ENDPOINT: endpoint = 'http://localhost:8080/event' } =
  process.env;
const [channel, ...events] = process.argv.slice(2);

if (!apiKey || events.length === 0) {
  console.error('usage: ACTORMESH_API_KEY=da2-... node publish.mjs CHANNEL EVENT...');
  process.exit(2);
}

const response = await fetch(endpoint, {
  method: 'POST',
  headers: { 'content-type': 'application/json', 'x-api-key': apiKey },
  // An event travels as a string that holds JSON: with a value of your own, JSON.stringify(value).
  body: JSON.stringify({ channel, events }),
});
const answer = await response.json();

if (!response.ok) {
  for (const { errorType, message = 'no further message' } of answer.errors)
    console.error(`${response.status} ${errorType}: ${message}`);
  process.exitCode = 1;
} else {
  for (const { index, identifier } of answer.successful)
    console.log(`event ${index} published as ${identifier}`);
  for (const { index, code, message } of answer.failed)
    console.error(`event ${index} failed: ${code}: ${message}`);
  process.exitCode = answer.failed.length > 0 ? 1 : 0;
}
