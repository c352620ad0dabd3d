import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launchChromium } from './fixtures/chromium.js';
import { patience } from './fixtures/deadline.js';
import { startNode } from './fixtures/node.js';
import { run } from './fixtures/program.js';
import { serveFolder } from './fixtures/web.js';

const example = fileURLToPath(new URL('../../examples/react-orders/', import.meta.url));

// React's StrictMode mounts every component twice, in the development build only.
const modes = ['production', 'development'];

describe('the react-orders example', () => {
  let folder;
  let node;
  let site;
  let browser;
  let page;
  let complaints;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'actormesh-react-orders-'));
    for (const mode of modes) await build(mode);
    node = await startNode();
    site = await serveFolder(folder);
    browser = await launchChromium();
  });

  beforeEach(async () => {
    complaints = [];
    page = await browser.newPage();
    page.setDefaultTimeout(patience);
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
  });

  afterEach(() => page.close());

  after(async () => {
    await browser?.close();
    site?.close();
    await node?.remove();
    await rm(folder, { recursive: true, force: true });
  });

  async function build(mode) {
    const vite = path.join(example, 'node_modules/vite/bin/vite.js');
    const outDir = path.join(folder, mode);
    const args = [vite, 'build', '--outDir', outDir, '--emptyOutDir', '--logLevel', 'warn'];
    const { status, stdout, stderr } = await run(process.execPath, args, {
      cwd: example,
      env: { ...process.env, NODE_ENV: mode },
    });
    assert.equal(status, 0, `expected "vite build" to succeed; it said: ${stdout}${stderr}`);
  }

  async function open({ mode = 'production', apiKey = node.apiKey } = {}) {
    const endpoint = `HTTP://localhost:${node.port}/event`;
    const query = new URLSearchParams({ endpoint, key: apiKey });
    await page.goto(`${site.url}${mode}/index.html?${query}`);
  }

  const connectionState = (state) => page.locator('.connection', { hasText: state }).waitFor();
  const orders = () => page.getByRole('listitem').allInnerTexts();

  async function publishByCurl(order) {
    const body = JSON.stringify({ channel: '/default/orders', events: [JSON.stringify(order)] });
    const { status, stdout, stderr } = await run('curl', [
      '--silent',
      '--show-error',
      '--fail-with-body',
      node.url,
      '-H',
      `x-api-key: ${node.apiKey}`,
      '-H',
      'content-type: application/json',
      '-d',
      body,
    ]);
    assert.equal(status, 0, `expected curl to publish; it said: ${stdout}${stderr}`);
  }

  for (const mode of modes)
    it(`shows an order as soon as it is published, newest first (${mode} build)`, async () => {
      await open({ mode });
      await connectionState(/^Connected$/);
      await publishByCurl({ id: 'A-1', status: 'paid' });
      await page.getByText('A-1').waitFor();
      await publishByCurl({ id: 'A-2', status: 'new' });
      await page.getByText('A-2').waitFor();
      assert.deepEqual(await orders(), ['A-2\nnew', 'A-1\npaid'], 'each order is listed once');
      assert.deepEqual(complaints, [], 'the page reports no errors');
    });

  it('shows that the connection is lost, and comes back after the node restarts', async () => {
    await open();
    await connectionState(/^Connected$/);
    await node.stop();
    await connectionState(/^ConnectionDisrupted$/);
    await node.start();
    await connectionState(/^Connected$/);
    await publishByCurl({ id: 'A-3', status: 'sent' });
    await page.getByText('A-3').waitFor();
    assert.deepEqual(await orders(), ['A-3\nsent']);
  });

  it('says why there are no updates with a wrong key', async () => {
    await open({ apiKey: `da2-${'x'.repeat(26)}` });
    await page.getByRole('alert').waitFor();
    assert.equal(await page.getByRole('alert').innerText(), 'No updates: UnauthorizedException');
  });
});
