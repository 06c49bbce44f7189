// Loaded with --import: prints how many modules a process has loaded by its end, to standard error.
import { registerHooks } from 'node:module';

const loaded = new Set();
registerHooks({
  load(url, context, next) {
    if (!url.startsWith('node:')) loaded.add(url);
    return next(url, context);
  },
});
process.on('exit', () => process.stderr.write(`modules: ${loaded.size}\n`));
