import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { launchChromium } from '../fixtures/chromium.js';
import { serveFolder } from '../fixtures/web.js';
import { bundle } from './bundle.js';
import { Client } from './client.js';

/** Runs aws-amplify in headless Chromium. Each client is a page of an origin not the node's. */
export async function openChromium(amplifyPackage, entry = 'page.js') {
  const bundled = await bundle(entry, amplifyPackage, 'browser');
  await writeFile(path.join(bundled.folder, 'index.html'), '<script src="client.js"></script>');
  const site = await serveFolder(bundled.folder);
  const browser = await launchChromium();
  return {
    async newClient() {
      const page = await browser.newPage();
      await page.goto(site.url);
      const call = (method, argument) =>
        page.evaluate(([name, value]) => globalThis.call(name, value), [method, argument]);
      return new Client(call, () => page.close());
    },
    async close() {
      await browser.close();
      site.close();
      await bundled.remove();
    },
  };
}
