// The version of the package, read from its manifest.

const MANIFEST = new URL('../package.json', import.meta.url);
/** An import of node:fs would load its promises, too, and with them Node's streams. */
const { readFileSync } = process.getBuiltinModule('node:fs');
export const VERSION: string = JSON.parse(readFileSync(MANIFEST, 'utf8')).version;
