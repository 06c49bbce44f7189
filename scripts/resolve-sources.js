// Loaded with --import by scripts/test.ts: resolves an import of a source beside a source by its URL alone. Node would
// look for a package.json in every folder above it and for links in its path, 13 % of the CPU of loading a server.
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, next) {
    if (!/^\.\.?\/.*\.ts$/.test(specifier) || !context.parentURL?.startsWith('file:')) {
      return next(specifier, context);
    }
    const { href: url } = new URL(specifier, context.parentURL);
    return { url, format: 'module-typescript', shortCircuit: true };
  },
});
