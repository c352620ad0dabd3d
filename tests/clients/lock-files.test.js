import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { it } from 'node:test';

const lockFiles = ['package-lock.json', '../../examples/react-orders/package-lock.json'];

for (const name of lockFiles)
  it(`${name} carries no download addresses, so that any registry will do`, async () => {
    const { packages } = JSON.parse(await readFile(new URL(name, import.meta.url), 'utf8'));
    const resolved = Object.keys(packages).filter((key) => 'resolved' in packages[key]);
    assert.deepEqual(resolved, [], 'expected "omit-lockfile-registry-resolved" to be in force');
  });
