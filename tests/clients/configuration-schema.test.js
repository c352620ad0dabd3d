// config/actormesh.schema.json accepts what the program accepts, as far as a schema can tell.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { promisify } from 'node:util';

import Ajv from 'ajv/dist/2020.js';
import { parse } from 'yaml';

const config = new URL('../../config/', import.meta.url);
const run = promisify(execFile);

const api = `
apis:
  - id: dev
    keys_file: keys.yaml
    namespaces: [{name: default}]
`;

const accepted = [
  '',
  'http:\n',
  'log: {level: off, format: json}',
  'log: {}',
  'listeners: [{}]',
  'listeners: [{port: 0, tls: {mode: both, certificate: c, key: k, min_version: 1.3}}]',
  'http: {body_bytes: 1048576}',
  'http: {body_bytes: "1048576"}',
  'http: {body_bytes: 1.2MB}',
  'http: {server_header: 1, trusted_proxies: [10.0.0.0/8, "::1"]}',
  'websocket: {compression: true, compression_threshold: 0}',
  'node: {drain_timeout: 0, name: 5}',
  'node: {drain_timeout: 1m30s500ms}',
  'mesh: {enabled: false, seeds: [node-2:7400]}',
];

const refused = [
  'htttp: {}',
  'http: {bytes: 1}',
  'http: 5',
  'http: []',
  'log: {level: loud}',
  'log: {level: [info]}',
  'listeners: []',
  'listeners: {}',
  'listeners: [8080]',
  'listeners: [{port: 65536}]',
  'listeners: [{port: "80"}]',
  'listeners: [{tls: {min_version: "1.1"}}]',
  'http: {body_bytes: 12 parsecs}',
  'http: {body_bytes: 1}',
  'http: {body_bytes: 1.5}',
  'http: {server_header: [a]}',
  'http: {trusted_proxies: 10.0.0.0/8}',
  'websocket: {compression: "true"}',
  'node: {drain_timeout: 10}',
  'node: {drain_timeout: 1s1m}',
  'node: {loops: 65}',
  'mesh: {name: a b}',
];

const refusedApis = [
  'apis: []',
  'log: {level: info}',
  'apis: [{id: a, keys_file: k}]',
  'apis: [{id: a, keys_file: k, namespaces: []}]',
  'apis: [{id: a, keys_file: k, namespaces: [{}]}]',
  'apis: [{id: a b, keys_file: k, namespaces: [{name: n}]}]',
  'apis: [{keys_file: k, namespaces: [{name: n}]}]',
  'apis: [{id: a, keys_file: k, namespaces: [{name: n, auth: {publish: [API_KEY, API_KEY]}}]}]',
  'apis: [{id: a, keys_file: k, issuers: [{issuer: ftp://x}], namespaces: [{name: n}]}]',
];

let folder;
let validate;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'actormesh-schema-'));
  const schema = JSON.parse(await readFile(new URL('actormesh.schema.json', config), 'utf8'));
  validate = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema);
});

after(() => rm(folder, { recursive: true }));

/** Whether the program takes a configuration. */
async function isTaken(text) {
  const file = join(folder, 'f.yaml');
  await writeFile(file, text);
  return run(process.env.ACTORMESH_BINARY, ['check-config', file]).then(
    () => true,
    (failure) => {
      assert.equal(failure.code, 2, failure.stderr);
      return false;
    },
  );
}

it('accepts the example', async () => {
  const example = await readFile(new URL('actormesh.example.yaml', config), 'utf8');
  assert.ok(validate(parse(example)), JSON.stringify(validate.errors));
});

it('accepts what the program accepts', async () => {
  for (const text of accepted.map((each) => `${each}\n${api}`)) {
    assert.ok(validate(parse(text)), `${text}${JSON.stringify(validate.errors)}`);
    assert.ok(await isTaken(text), text);
  }
});

it('refuses what the program refuses', async () => {
  for (const text of [...refused.map((each) => `${each}\n${api}`), ...refusedApis]) {
    assert.ok(!validate(parse(text)), text);
    assert.ok(!(await isTaken(text)), text);
  }
});
