import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = path.dirname(fileURLToPath(import.meta.url));

/**
 * Puts an entry of this folder and the aws-amplify of that name into one file: as pages get it,
 * and ten times quicker to load in Node than its many modules.
 */
export async function bundle(entry, amplifyPackage, platform) {
  const folder = await mkdtemp(path.join(tmpdir(), 'actormesh-amplify-'));
  const file = path.join(folder, 'client.js');
  await build({
    entryPoints: [path.join(here, entry)],
    alias: { 'amplify-under-test': amplifyPackage },
    // The optional native parts of ws.
    external: ['bufferutil', 'utf-8-validate'],
    bundle: true,
    format: 'iife',
    platform,
    target: 'es2022',
    logLevel: 'error',
    outfile: file,
  });
  return { folder, file, remove: () => rm(folder, { recursive: true, force: true }) };
}
