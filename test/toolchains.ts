// The toolchains of the samples' languages: how a program of each is run here, and what is missing.
import { execFile, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LANGUAGES } from '../src/reference/languages.ts';
import { temporaryDirectory } from './support.ts';

const run = promisify(execFile);

interface Toolchain {
  /** Programs that have to be there, each with arguments that let it succeed. */
  readonly needs: readonly (readonly [program: string, ...args: string[]])[];
  /** The command lines that run a file, one after the other. */
  commands(file: string): readonly (readonly [program: string, ...args: string[]])[];
}

/** By the file of the language. */
const TOOLCHAINS: Readonly<Record<string, Toolchain>> = {
  'sign.sh': {
    needs: [
      ['bash', '--version'],
      ['curl', '--version'],
      ['openssl', 'version'],
    ],
    commands: (file) => [['bash', file]],
  },
  'sign.ts': {
    needs: [],
    commands: (file) => [[process.execPath, '--disable-warning=ExperimentalWarning', file]],
  },
  'sign.py': { needs: [['python3', '--version']], commands: (file) => [['python3', file]] },
  'sign.php': { needs: [['php', '--version']], commands: (file) => [['php', file]] },
  // Java runs a single file without compiling it first; it needs the compiler's module all the same.
  'Sign.java': {
    needs: [['javac', '-version']],
    commands: (file) => [['java', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', file]],
  },
  'sign.go': { needs: [['go', 'version']], commands: (file) => [['go', 'run', file]] },
  'Sign.cs': {
    needs: [
      ['mcs', '--version'],
      ['mono', '--version'],
    ],
    commands: (file) => [
      ['mcs', '-r:System.Net.Http.dll', `-out:${file}.exe`, file],
      ['mono', `${file}.exe`],
    ],
  },
};

/** The reason why programs of the language cannot run here, or false. */
export function withoutToolchain(file: string): string | false {
  const toolchain = TOOLCHAINS[file];
  if (!toolchain) throw new Error(`no toolchain is known for ${file}`);
  for (const [program, ...args] of toolchain.needs) {
    if (spawnSync(program, args).status !== 0) return `${program} is not installed here`;
  }
  return false;
}

/** Runs the text of a program. @returns what its last command printed */
export async function runProgram(file: string, text: string): Promise<string> {
  const path = join(temporaryDirectory(), file);
  writeFileSync(path, text);
  let printed = '';
  for (const [program, ...args] of TOOLCHAINS[file]!.commands(path)) {
    // Node's settings for this test are no settings of the program.
    const { NODE_OPTIONS: _, ...env } = process.env;
    const { stdout } = await run(program, args, { env: { ...env, GOFLAGS: '-mod=mod' } });
    printed = stdout;
  }
  return printed;
}

for (const { file } of LANGUAGES) {
  if (!Object.hasOwn(TOOLCHAINS, file)) throw new Error(`no toolchain is known for ${file}`);
}
