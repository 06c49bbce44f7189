// `ordergate export`: writes the samples of all methods for tools that send requests, with a signer.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readConfig, readFlags, UsageError } from '../config.ts';
import { type ExportFile, exportTo, TOOLS, type Tool } from '../export/index.ts';
import { platformsOf } from '../main.ts';
import { VERSION } from '../version.ts';
import { settingsAmong, wrongUse } from './flags.ts';
import { complain, say } from './output.ts';
import { exportTo as TEXT } from './texts/develop.ts';

export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = readFlags(args, TEXT.flags);
  const { to, out, force } = values;
  if (positionals.length > 0 || to === undefined) wrongUse(TEXT);
  if (!isTool(to)) throw new UsageError(`--to has to be one of: ${TOOLS.join(', ')}`);
  const language = values.lang;
  if (language !== 'zh' && language !== 'en') throw new UsageError('--lang has to be zh or en');
  const server = addressOf(values.server);
  const platforms = await platformsOf(readConfig(settingsAmong(values)));
  const { files, without } = exportTo(to, platforms, { server, language, version: VERSION });
  if (without.length > 0 && !values.json) {
    complain(
      `left out, because it states no signing for tools (signingSample.tool): ${without.join(', ')}`,
    );
  }
  const [only] = files;
  if (out === undefined) {
    if (files.length > 1)
      throw new UsageError(`${to} takes several files: name a directory with --out`);
    // The collection is JSON either way; with --json it is one line.
    process.stdout.write(values.json ? `${JSON.stringify(JSON.parse(only!.text))}\n` : only!.text);
    return 0;
  }
  for (const file of files) write(out, file, force);
  if (values.json) {
    say(JSON.stringify({ directory: out, files: files.map(({ path }) => path), without }));
    return 0;
  }
  say(`wrote ${files.length} ${files.length === 1 ? 'file' : 'files'} to ${out}`);
  return 0;
}

const isTool = (word: string): word is Tool => (TOOLS as readonly string[]).includes(word);

function addressOf(given: string): string {
  const url = URL.parse(given);
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new UsageError(
      `--server has to be the address of a gateway, such as ${TEXT.flags.server.default}`,
    );
  }
  return given.replace(/\/+$/, '');
}

function write(directory: string, { path, text }: ExportFile, force: boolean): void {
  const target = join(directory, path);
  mkdirSync(dirname(target), { recursive: true });
  try {
    writeFileSync(target, text, { flag: force ? 'w' : 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new UsageError(`${target} is there already: name another directory, or give --force`);
  }
}
