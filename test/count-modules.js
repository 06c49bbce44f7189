// Loaded with --import: prints how many modules a process has loaded by its end, and of which packages.
import { registerHooks } from 'node:module';

const loaded = new Set();
registerHooks({
  load(url, context, next) {
    if (!url.startsWith('node:')) loaded.add(url);
    return next(url, context);
  },
});
process.on('exit', () => {
  const names = [...loaded].map((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1]);
  const packages = [...new Set(names.filter((name) => name !== undefined))].sort();
  process.stderr.write(`modules: ${loaded.size}\npackages: ${packages.join(' ')}\n`);
});
