// How the script of the reference is built: hashed files below /docs/assets, from the code of the clients.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const own = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export default defineConfig({
  base: '/docs/',
  // The clients use Node's digests and buffers; these do the same in a browser.
  resolve: {
    alias: [
      { find: 'node:crypto', replacement: own('crypto.ts') },
      { find: 'node:buffer', replacement: own('buffer.ts') },
      { find: /^.*\/protocol\/digest\.ts$/, replacement: own('digest.ts') },
    ],
  },
  build: {
    target: 'es2022',
    manifest: 'manifest.json',
    modulePreload: false,
    rolldownOptions: { input: own('main.ts') },
  },
});
