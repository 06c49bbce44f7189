// The code of an earlier version, taken from the history of git, to make ledgers with and to upgrade from.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Whether this checkout has the history of `ref`, which a shallow clone or an unpacked archive lacks. */
export function hasVersion(ref: string): boolean {
  const { status } = spawnSync('git', ['cat-file', '-e', `${ref}^{commit}`], { cwd: root });
  return status === 0;
}

/** The short name of the commit of a version. */
export const commitOf = (ref: string): string =>
  execFileSync('git', ['rev-parse', '--short', ref], { cwd: root, encoding: 'utf8' }).trim();

/** The newest tag `v1.2.3` before this commit; null where there is none. */
export function lastTag(): string | null {
  const args = ['describe', '--tags', '--abbrev=0', '--match', 'v[0-9]*', 'HEAD^'];
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
}

/** Writes the files of a version into `directory`, with the packages of this checkout. @returns its `ordergate` */
export function checkOut(ref: string, directory: string): string {
  mkdirSync(directory);
  const archive = execFileSync('git', ['archive', ref], { cwd: root, maxBuffer: 1e9 });
  execFileSync('tar', ['-x', '-C', directory], { input: archive });
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'), 'dir');
  return join(directory, 'src/cli/index.ts');
}
