// What the fixtures of the sandbox hold, counted from their files: a platform more is no change to a test.
import { readFileSync } from 'node:fs';
import { platforms } from '../src/platforms/index.ts';

/** How many orders an empty sandbox is filled with. */
export const SANDBOX_ORDERS = platforms
  .map(({ name, sandboxFile, import: { orders } }) => {
    const sections = JSON.parse(readFileSync(sandboxFile, 'utf8'))[name];
    return Object.keys(orders).reduce((sum, section) => sum + (sections[section]?.length ?? 0), 0);
  })
  .reduce((sum, count) => sum + count, 0);
