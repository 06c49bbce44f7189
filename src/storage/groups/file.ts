// groups.json, the file of ORDERGATE_GROUPS: the servers with their URLs, the home schema, and where
// each group is made at first.
import { chmodSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { UnusableDatabaseError } from '../postgres/errors.ts';

/** A schema on one of the file's servers. */
export interface GroupPlace {
  readonly server: string;
  readonly schema: string;
}

export interface GroupsFile {
  /** Holds parties, catalog, accounts, and which group each owner belongs to. */
  readonly home: GroupPlace;
  /** Database URLs by name. They may contain passwords, so that they are kept in no database. */
  readonly servers: ReadonlyMap<string, string>;
  /** Where a group is made at first, by name. From then on the home schema says where it is. */
  readonly groups: ReadonlyMap<string, GroupPlace>;
}

/** The number of a group is a part of ids, such as those of deliveries; see `ids.ts`. */
export const MAX_GROUPS = 512;
const GROUP_NAME = /^\d{2,3}$/;
const SERVER_NAME = /^[a-z][a-z0-9_-]{0,30}$/;
/** PostgreSQL cuts longer names, and Ordergate adds a month to a name. */
const SCHEMA_NAME = /^[a-z_][a-z0-9_]{0,47}$/;

export const isSchemaName = (name: string): boolean => SCHEMA_NAME.test(name);

/** @throws {UnusableDatabaseError} names the file, the place in it, and what has to be there */
export function readGroupsFile(path: string): GroupsFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UnusableDatabaseError(
      `ORDERGATE_GROUPS: ${path} cannot be read (${(error as NodeJS.ErrnoException).code}); name a file that this process may read`,
    );
  }
  return parseGroupsFile(text, path);
}

/** @throws {UnusableDatabaseError} as {@link readGroupsFile}; no message quotes a URL */
export function parseGroupsFile(text: string, path: string): GroupsFile {
  const refuse = (place: string, problem: string): never => {
    throw new UnusableDatabaseError(`ORDERGATE_GROUPS: ${path}: ${place} ${problem}`);
  };
  const given = parse(text, (problem) => refuse('the file', problem));
  const whole = object(given, 'the file', refuse);
  onlyMembers(whole, 'the file', ['home', 'servers', 'groups'], refuse);

  const servers = new Map<string, string>();
  for (const [name, url] of Object.entries(object(whole.servers, 'servers', refuse))) {
    const place = `servers.${name}`;
    if (!SERVER_NAME.test(name)) {
      refuse(place, 'has to be named by small letters, digits, _ and -, such as "a"');
    }
    if (typeof url !== 'string' || !/^postgres(ql)?:\/\//.test(url)) {
      refuse(place, 'has to be of the form postgres://USER:PASSWORD@HOST:PORT/DATABASE');
    }
    servers.set(name, url as string);
  }
  if (servers.size === 0) refuse('servers', 'has to name at least one server');

  const readPlace = (value: unknown, place: string): GroupPlace => {
    const found = object(value, place, refuse);
    onlyMembers(found, place, ['server', 'schema'], refuse);
    const { server, schema } = found;
    if (typeof server !== 'string' || !servers.has(server)) {
      refuse(`${place}.server`, `has to be one of servers: ${[...servers.keys()].join(', ')}`);
    }
    if (typeof schema !== 'string' || !SCHEMA_NAME.test(schema)) {
      refuse(`${place}.schema`, 'has to be a name of small letters, digits and _');
    }
    return { server: server as string, schema: schema as string };
  };
  const home = readPlace(whole.home, 'home');
  const groups = new Map<string, GroupPlace>();
  const taken = new Map<string, string>();
  for (const [name, value] of Object.entries(object(whole.groups, 'groups', refuse))) {
    const place = `groups.${name}`;
    if (!GROUP_NAME.test(name) || Number(name) >= MAX_GROUPS) {
      refuse(place, `has to be named by two or three digits, 00 to ${MAX_GROUPS - 1}`);
    }
    const group = readPlace(value, place);
    const at = `${group.server}/${group.schema}`;
    const other = taken.get(at);
    if (other !== undefined) refuse(place, `is in the schema of groups.${other}`);
    taken.set(at, name);
    groups.set(name, group);
  }
  if (groups.size === 0) refuse('groups', 'has to name at least one group');
  const numbers = new Set([...groups.keys()].map(Number));
  if (numbers.size < groups.size) refuse('groups', 'holds one number in two spellings');
  return { home, servers, groups };
}

function parse(text: string, refuse: (problem: string) => never): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the text, which contains passwords.
    return refuse('is no JSON');
  }
}

type Refuse = (place: string, problem: string) => never;

function object(value: unknown, place: string, refuse: Refuse): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse(place, 'has to be an object');
  }
  return value as Record<string, unknown>;
}

function onlyMembers(
  value: Record<string, unknown>,
  place: string,
  known: readonly string[],
  refuse: Refuse,
): void {
  const other = Object.keys(value).find((name) => !known.includes(name));
  if (other !== undefined) refuse(place, `has "${other}"; it takes ${known.join(', ')}`);
}

/** @throws {UnusableDatabaseError} as {@link readGroupsFile} */
export function homeUrl(path: string): string {
  const { home, servers } = readGroupsFile(path);
  return schemaUrl(servers.get(home.server)!, home.schema);
}

/** The file's text, with one line for each group. */
export function groupsFileText({ home, servers, groups }: GroupsFile): string {
  const place = ({ server, schema }: GroupPlace): string =>
    `{ "server": ${JSON.stringify(server)}, "schema": ${JSON.stringify(schema)} }`;
  const members = (lines: readonly string[]): string => `{\n    ${lines.join(',\n    ')}\n  }`;
  const urls = [...servers].map(([name, url]) => `"${name}": ${JSON.stringify(url)}`);
  const places = [...groups].map(([name, at]) => `"${name}": ${place(at)}`);
  return `{
  "home": ${place(home)},
  "servers": ${members(urls)},
  "groups": ${members(places)}
}
`;
}

/** Whole or not at all. A new file is its owner's alone, because it holds passwords. */
export function writeGroupsFile(path: string, file: GroupsFile): void {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0o600;
  const part = `${path}.part`;
  writeFileSync(part, groupsFileText(file), { mode: 0o600, flush: true });
  chmodSync(part, mode & 0o777);
  renameSync(part, path);
}

/**
 * The URL of a schema on a server: `search_path` is added to the URL's `options`, and takes
 * precedence over one that is already there.
 */
export function schemaUrl(url: string, schema: string): string {
  const setting = `-c search_path=${schema}`;
  const [address, query = ''] = split(url);
  const parts = query.split('&').filter(Boolean);
  const at = parts.findLastIndex((part) => part.startsWith('options='));
  const given = at < 0 ? '' : `${decodeURIComponent(parts.splice(at, 1)[0]!.slice(8))} `;
  return `${address}?${[...parts, `options=${encodeURIComponent(given + setting)}`].join('&')}`;
}

function split(url: string): [string, string?] {
  const at = url.indexOf('?');
  return at < 0 ? [url] : [url.slice(0, at), url.slice(at + 1)];
}
