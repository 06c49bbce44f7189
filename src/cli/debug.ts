// `ordergate debug signature`: asks a running server, or the ledger itself, why a signature is
// wrong.

import { readFileSync } from 'node:fs';
import { text as readAll } from 'node:stream/consumers';
import { type Config, ConfigError, readFlags } from '../config.ts';
import { debugSignature, openWorkplace, type SignatureAnswer } from '../main.ts';
import { wordOf, wrongUse } from './flags.ts';
import { say, visible } from './output.ts';
import { askServer, serverUrl } from './server.ts';
import { explicitServer } from './target.ts';
import { debug as TEXT } from './texts/develop.ts';
import { wrapped } from './wrapped.ts';

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
  else say(textOf(answer));
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

const INDENT = '  ';

export function textOf(answer: SignatureAnswer): string {
  const { ok, causes, otherwise, refusedBy, searched, untried } = answer;
  const lines = [ok ? 'The signature is right.' : 'The signature is wrong.'];
  const add = (text: string): void => {
    lines.push(wrapped(text, INDENT));
  };
  for (const { id, text, fix } of causes) {
    lines.push('', id);
    add(text.en);
    add(fix.en);
  }
  if (!ok && causes.length === 0) lines.push('', ...notFound(answer));
  if (otherwise.length > 0) {
    lines.push('', 'It may as well be:');
    for (const { id, text } of otherwise) add(`${id}: ${text.en}`);
  }
  if (refusedBy) {
    lines.push('', `Refused by ${refusedBy.check} with ${refusedBy.code}:`);
    add(refusedBy.text);
  }
  lines.push(...strings(answer));
  if (searched.digests > 0) {
    const all = searched.complete ? '' : '; the search ended at its bound';
    lines.push('', `${searched.digests} digests were tried${all}.`);
  }
  if (untried.length > 0 && searched.digests > 0) {
    lines.push('Not tried to the end:');
    add(untried.join(' '));
  }
  return lines.join('\n');
}

function notFound({ refusedBy, searched }: SignatureAnswer): string[] {
  if (searched.digests > 0)
    return ['None of the mistakes that are known here fits, alone or with another.'];
  if (refusedBy) return ['The call did not get as far as its signature.'];
  return [
    wrapped('The call was not asked about when it arrived, and its signature was cut, so', ''),
    'that nothing can be tried now. Paste the request itself (--raw or --curl).',
  ];
}

function strings({ stringToSign, firstDifference, received, expected }: SignatureAnswer): string[] {
  const lines: string[] = [];
  if (stringToSign !== null) lines.push('', 'We sign:', `${INDENT}${stringToSign}`);
  if (firstDifference) {
    const { at, ours, yours } = firstDifference;
    lines.push('', `The first difference is at character ${at}:`);
    lines.push(
      `${INDENT}ours:  ${JSON.stringify(ours)}`,
      `${INDENT}yours: ${JSON.stringify(yours)}`,
    );
  }
  if (received !== null) lines.push('', `received: ${received}`);
  if (expected !== null) lines.push(`expected: ${expected}`);
  return lines;
}
