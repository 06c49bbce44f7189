// `--platforms FILE`: loads platforms from a file outside this repository and serves them with
// ours.
import { statSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Config, ConfigError, UsageError } from './config.ts';
import { platforms as ours } from './platforms/index.ts';
import { platformProblems } from './protocol/check-platforms.ts';
import type { Platform } from './protocol/platform.ts';

/**
 * The platforms to serve: `base`, and the platforms of the configured file.
 *
 * @param base default: the platforms of this repository
 * @throws {ConfigError} states the problem of the file or of a platform, and the remedy
 */
export async function platformsOf(
  { platformsFile }: Pick<Config, 'platformsFile'>,
  base: readonly Platform[] = ours,
): Promise<readonly Platform[]> {
  const added = platformsFile === undefined ? [] : await load(platformsFile);
  const all = [...base, ...added];
  const [problem] = platformProblems(all);
  if (problem === undefined) return all as Platform[];
  throw new ConfigError(
    platformsFile === undefined
      ? problem
      : `ORDERGATE_PLATFORMS (--platforms) ${platformsFile}: ${problem}`,
  );
}

async function load(file: string): Promise<unknown[]> {
  const setting = `ORDERGATE_PLATFORMS (--platforms) is "${file}"`;
  const { default: value } = await exportsOf(file, setting);
  if (value === undefined) {
    throw new ConfigError(
      `${setting}: it has no default export; write "export default" before what definePlatform({…}) returns, or a list of such values`,
    );
  }
  return Array.isArray(value) ? value : [value];
}

/**
 * What a module of an integrator exports.
 *
 * @param setting names the module in an error
 * @throws {UsageError} if there is no such file
 * @throws {ConfigError} states the problem of the file, and the remedy
 */
export async function exportsOf(
  file: string,
  setting: string,
): Promise<Readonly<Record<string, unknown>>> {
  const path = resolve(file);
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) {
    throw new UsageError(`${setting}: there is no such file; name a module that exports platforms`);
  }
  if (found.isDirectory()) {
    throw new UsageError(`${setting}: it is a directory; name the module in it, such as index.ts`);
  }
  resolveOwnPackage();
  try {
    return await import(pathToFileURL(path).href);
  } catch (error) {
    // For a syntax error, Node states the position at the beginning of the stack.
    const { message, stack = '' } = error as Error;
    const [, line] = /^(\S+:\d+)\n/.exec(stack) ?? [];
    const where = line === undefined ? '' : ` (${line})`;
    throw new ConfigError(
      `${setting}: it cannot be loaded: ${message.split('\n')[0]}${where}. Mend it, or name another module`,
      { cause: error },
    );
  }
}

/** In a checkout, package.json exports the sources under this condition. */
const SOURCE = '@ordergate/source';
let isResolved = false;

/**
 * The file may lie anywhere, for example beside a globally installed Ordergate. Its imports from
 * `ordergate` therefore resolve to this running program, because a second copy would have its own
 * classes.
 */
function resolveOwnPackage(): void {
  if (isResolved) return;
  isResolved = true;
  const isSource = import.meta.url.endsWith('.ts');
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier !== 'ordergate' && !specifier.startsWith('ordergate/')) {
        return next(specifier, context);
      }
      const conditions = [...(context.conditions ?? []), ...(isSource ? [SOURCE] : [])];
      return next(specifier, { ...context, conditions, parentURL: import.meta.url });
    },
  });
}
