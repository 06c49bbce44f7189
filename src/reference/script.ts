// Where the built script of the pages is, if this installation has it.
import { existsSync, readFileSync } from 'node:fs';

/** The output directory of the build, equal when seen from src/reference and from dist/reference. */
const MANIFEST = new URL('../../dist/docs/manifest.json', import.meta.url);

let known: string | null | undefined;

/** The address of the script; null where it is not built. The pages are whole without it. */
export function scriptPath(): string | null {
  known ??= existsSync(MANIFEST) ? entryOf(readFileSync(MANIFEST, 'utf8')) : null;
  return known;
}

function entryOf(manifest: string): string | null {
  const files: Record<string, { readonly file: string; readonly isEntry?: true }> =
    JSON.parse(manifest);
  const entry = Object.values(files).find(({ isEntry }) => isEntry);
  return entry ? `/docs/${entry.file}` : null;
}
