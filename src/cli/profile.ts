// `ordergate profile`: keeps servers by name, so that a command needs no URL and no token.

import { readFileSync } from 'node:fs';
import { text as readAll } from 'node:stream/consumers';
import { readFlags, UsageError } from '../config.ts';
import { wordOf, wrongUse } from './flags.ts';
import { inOneLine, print, say } from './output.ts';
import { findProfile, readProfiles, seal, type TokenSource, writeProfiles } from './profiles.ts';
import { profile as TEXT } from './texts/tool.ts';

export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = readFlags(args, TEXT.flags);
  const [given, name, ...more] = positionals;
  const what = wordOf(given, TEXT);
  if (more.length > 0 || (what === 'list') !== (name === undefined)) wrongUse(TEXT);
  if (what === 'list') return list(values.json);
  if (what === 'add') await add(name!, values);
  const content = readProfiles();
  if (what === 'remove') {
    findProfile(name!);
    const { [name!]: _, ...profiles } = content.profiles;
    writeProfiles({ current: content.current === name ? null : content.current, profiles });
  }
  if (what === 'use') {
    findProfile(name!);
    writeProfiles({ ...content, current: name! });
  }
  const done = { add: 'is kept', remove: 'is removed', use: 'is the current one' }[what];
  if (values.json) return print({ profile: name, [what === 'use' ? 'used' : `${what}ed`]: true });
  say(`profile ${inOneLine(name!)} ${done}`);
  return 0;
}

async function add(
  name: string,
  values: { readonly [K in Exclude<keyof typeof TEXT.flags, 'json'>]?: string | undefined },
): Promise<void> {
  const { url } = values;
  if (!/^[\w.-]{1,40}$/.test(name)) {
    throw new UsageError(`the name "${name}" has to be of letters, digits, "-", "_" and "."`);
  }
  const clean = readUrl(url, '--url');
  const token = await sourceOf(name, clean, values);
  const content = readProfiles();
  const gateway =
    values.gateway === undefined ? {} : { gateway: readUrl(values.gateway, '--gateway') };
  const profiles = { ...content.profiles, [name]: { url: clean, ...gateway, token } };
  writeProfiles({ current: content.current ?? name, profiles });
}

/** @throws {UsageError} */
function readUrl(text: string | undefined, flag: string): string {
  const url = text !== undefined && URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.username + url.password !== '') {
    throw new UsageError(`${flag} has to be like https://open.example.cn, without a user`);
  }
  return url.href.replace(/\/+$/, '');
}

async function sourceOf(
  name: string,
  url: string,
  values: { readonly [K in keyof typeof TEXT.flags]?: string | undefined },
): Promise<TokenSource> {
  const { 'token-file': file, 'token-variable': variable, 'token-command': command } = values;
  if ([file, variable, command].filter((one) => one !== undefined).length !== 1) {
    throw new UsageError(
      'say where the token comes from: one of --token-file, --token-variable and --token-command',
    );
  }
  if (variable !== undefined) return { variable };
  if (command !== undefined) return { command };
  const text = file === '-' ? await readAll(process.stdin) : readFileSync(file!, 'utf8');
  const token = text.trim();
  if (!/^\S{16,}$/.test(token)) throw new UsageError(`${file} holds no token of 16 characters`);
  return { sealed: seal(token, name, url) };
}

function list(json: boolean): number {
  const { current, profiles } = readProfiles();
  const items = Object.entries(profiles).map(([name, { url, token }]) => {
    const [source] = Object.keys(token);
    return { name, url, token: source, isCurrent: name === current };
  });
  if (json) return print({ items });
  if (items.length === 0) say('no profile yet; ordergate profile add NAME --url URL …');
  const width = Math.max(0, ...items.map(({ name }) => name.length));
  for (const { name, url, token, isCurrent } of items) {
    say(`${isCurrent ? '*' : ' '} ${name.padEnd(width)}  ${inOneLine(url)}  (token: ${token})`);
  }
  return 0;
}
