// `ordergate debug signature`: asks a running server, or the ledger itself, why a signature is
// wrong.

import { readFileSync } from 'node:fs';
import { text as readAll } from 'node:stream/consumers';
import { type Config, ConfigError, readFlags } from '../config.ts';
import { debugSignature, openWorkplace, type SignatureAnswer } from '../main.ts';
import { wordOf, wrongUse } from './flags.ts';
import { say, visible } from './output.ts';
import { askServer, serverUrl } from './server.ts';
import { signatureText } from './signature-text.ts';
import { explicitServer } from './target.ts';
import { debug as TEXT } from './texts/develop.ts';

export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = readFlags(args, TEXT.flags);
  const { platform, request, raw, curl, string, digest, party, address } = values;
  const { 'secret-file': secretFile, json } = values;
  wordOf(positionals[0], TEXT);
  const kinds = [request, raw, curl, string].filter((one) => one !== undefined);
  if (positionals.length > 1 || !platform || kinds.length !== 1) wrongUse(TEXT);
  const { config, url } = explicitServer(values);
  const body = {
    ...{ platform, digest, party, address },
    requestId: request,
    raw: await contentOf(raw),
    curl: await contentOf(curl),
    string: (await contentOf(string))?.replace(/\r?\n$/, ''),
    secret: secretFile === undefined ? undefined : (await contentOf(secretFile))?.trim(),
  };
  const answer = await (url === undefined ? askHere(config, body) : askAt(url, config, body));
  if (json) process.stdout.write(`${visible(JSON.stringify(answer, null, 2))}\n`);
  else say(signatureText(answer));
  return answer.ok ? 0 : 1;
}

const askAt = (url: string, config: Config, body: object): Promise<SignatureAnswer> =>
  askServer(url, '/debug/signature', config, body);

async function contentOf(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  return file === '-' ? readAll(process.stdin) : readFileSync(file, 'utf8');
}

/** Works on the ledger itself. If a server has the ledger open, the command asks that server. */
async function askHere(config: Config, body: object): Promise<SignatureAnswer> {
  const opened = await openWorkplace({ config, mustExist: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ERR_DATA_DIRECTORY_IN_USE') return undefined;
      throw error;
    },
  );
  if (!opened) return askAt(serverUrl(config), config, body);
  try {
    const { status, body: answer } = await debugSignature(opened, config, body);
    if (status === 200) return answer as SignatureAnswer;
    throw new ConfigError((answer as { error: { message: string } }).error.message);
  } finally {
    await opened.storage.close();
  }
}
