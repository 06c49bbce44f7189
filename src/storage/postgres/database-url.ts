// Reads ORDERGATE_DATABASE_URL as libpq reads it, and refuses by name what Ordergate cannot do.
// https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import { userInfo } from 'node:os';
import { UnusableDatabaseError } from './errors.ts';
import { readOptions } from './startup-options.ts';
import {
  REFUSED,
  SESSION_ATTRS,
  type SessionAttrs,
  SSL_MODES,
  type SslMode,
  TAKEN,
  TAKEN_AS,
} from './url-parameters.ts';

export interface DatabaseHost {
  /** A name, an address, or the directory of a Unix socket, which begins with `/`. */
  readonly host: string;
  /**
   * The address to connect to without resolving `host`, which then is the name in the certificate.
   */
  readonly address: string | null;
  readonly port: number;
}

export interface DatabaseTarget {
  readonly hosts: readonly DatabaseHost[];
  readonly user: string;
  readonly password: string | undefined;
  readonly database: string;
  /** Settings of the session that `options` asks for. */
  readonly settings: Readonly<Record<string, string>>;
  readonly sslMode: SslMode;
  /** Every parameter that begins with `ssl`, unchanged. */
  readonly ssl: Readonly<Record<string, string>>;
  readonly sessionAttrs: SessionAttrs;
  /** Whether the hosts are tried in a random order. */
  readonly isShuffled: boolean;
  /** Per host, in milliseconds; undefined if the URL does not set it. */
  readonly connectTimeoutMs: number | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_PORT = 5432;
/** The directories in which usual packages place the server's socket. */
const SOCKET_DIRECTORIES = ['/var/run/postgresql', '/tmp'];
const ENCODE = 'characters such as @ : / ? # % in user or password have to be percent-encoded';

const refuse = (problem: string): never => {
  throw new UnusableDatabaseError(`ORDERGATE_DATABASE_URL: ${problem}`);
};

/**
 * The messages never quote text that may be part of a password.
 *
 * @throws {UnusableDatabaseError} names the part or parameter
 */
export function readDatabaseUrl(url: string, env: Environment = process.env): DatabaseTarget {
  const rest = /^postgres(?:ql)?:\/\/(.*)$/s.exec(url)?.[1];
  if (rest === undefined) {
    return refuse('it has to be of the form postgres://USER:PASSWORD@HOST:PORT/DATABASE');
  }
  const [, info, authority, path, query] =
    /^(?:([^@/]*)@)?([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(rest)!;
  // Text after another @ may be the rest of a password.
  if (/@/.test(`${authority}${path ?? ''}`) || /@/.test(query?.split('=', 1)[0] ?? '')) {
    return refuse(`it holds an @ where none belongs: ${ENCODE}`);
  }
  const given = readQuery(query ?? '');
  const [user, password] = splitOnce(info ?? '', ':');
  const { hosts, ports } = readAuthority(authority!);
  const named: Record<string, string> = {
    ...present({ user: decode(user, 'user'), password: decode(password ?? '', 'password') }),
    ...present({ host: hosts.join(','), port: ports.join(',') }, /^,*$/),
    ...present({ dbname: decode(path ?? '', 'database') }),
    ...given,
  };
  for (const [name, variable] of Object.entries(TAKEN)) {
    if (variable !== null && named[name] === undefined && env[variable])
      named[name] = env[variable];
  }
  const owner = named.user || systemUser();
  const sslMode = readSslMode(named);
  return {
    hosts: readHosts(named),
    user: owner,
    password: named.password,
    database: named.dbname || owner,
    settings: readOptions(named.options ?? '', refuse),
    sslMode,
    ssl: Object.fromEntries(Object.entries(named).filter(([name]) => name.startsWith('ssl'))),
    sessionAttrs: oneOf('target_session_attrs', named.target_session_attrs, SESSION_ATTRS, 'any'),
    isShuffled:
      oneOf('load_balance_hosts', named.load_balance_hosts, ['disable', 'random'], 'disable') ===
      'random',
    connectTimeoutMs: readTimeout(named.connect_timeout),
  };
}

const present = (values: Record<string, string>, empty = /^$/): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => !empty.test(value)));

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/**
 * Decodes only `%XX`; a plus stays a plus.
 * @param what the name of the part, whose text is not shown
 */
function decode(text: string, what: string): string {
  if (/%(?![0-9a-f]{2})/i.test(text)) {
    return refuse(`a % in ${what} is not followed by two hex digits: ${ENCODE}`);
  }
  if (/%00/.test(text)) return refuse(`${what} holds %00, which PostgreSQL cannot take`);
  try {
    return decodeURIComponent(text);
  } catch {
    return refuse(`the percent-encoding of ${what} is not UTF-8`);
  }
}

function readAuthority(text: string): { hosts: string[]; ports: string[] } {
  const hosts: string[] = [];
  const ports: string[] = [];
  for (const part of text.split(',')) {
    const found = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::([^:]*))?$/.exec(part);
    if (!found) {
      return refuse(
        `a host is not of the form HOST:PORT (an IPv6 address stands in brackets, [::1]:5432; ${ENCODE})`,
      );
    }
    const [, bracketed, plain, port] = found;
    hosts.push(decode(bracketed ?? plain!, 'host'));
    ports.push(decode(port ?? '', 'port'));
  }
  return { hosts, ports };
}

function readQuery(query: string): Record<string, string> {
  const given: Record<string, string> = {};
  for (const pair of query === '' ? [] : query.replace(/&$/, '').split('&')) {
    const [encoded, value] = splitOnce(pair, '=');
    const name = decode(encoded, 'the name of a parameter');
    if (value === undefined || !/^[a-z_]{1,32}$/i.test(name)) {
      return refuse(`what follows the ? has to be NAME=VALUE, joined by &: ${ENCODE}`);
    }
    given[name] = decode(value, name);
    refuseUnknown(name, given[name]);
  }
  return given;
}

function refuseUnknown(name: string, value: string): void {
  if (name in TAKEN || TAKEN_AS[name]?.test(value)) return;
  if (name in TAKEN_AS) refuse(`${name} cannot have this value; leave it out`);
  const why = REFUSED[name];
  refuse(why ? `${name} cannot be taken: ${why}` : `libpq knows no parameter ${name}`);
}

function oneOf<T extends string>(
  name: string,
  value: string | undefined,
  known: readonly T[],
  absent: T,
): T {
  if (value === undefined || value === '') return absent;
  const found = known.find((one) => one === value);
  return found ?? refuse(`${name} has to be one of ${known.join(', ')}`);
}

function readSslMode({ ssl, sslmode, sslrootcert }: Record<string, string>): SslMode {
  // JDBC writes ssl=true, which libpq reads as sslmode=require.
  if (ssl !== undefined && ssl !== 'true') return refuse('ssl has to be true; else use sslmode');
  const isSystem = sslrootcert === 'system';
  const absent = isSystem ? 'verify-full' : ssl === 'true' ? 'require' : 'disable';
  const mode = oneOf('sslmode', sslmode, SSL_MODES, absent);
  if (isSystem && mode !== 'verify-full') {
    return refuse(
      'sslrootcert=system needs sslmode=verify-full: anybody can have such a certificate',
    );
  }
  return mode;
}

function readHosts(named: Readonly<Record<string, string>>): DatabaseHost[] {
  const list = (name: string): string[] => named[name]?.split(',') ?? [];
  const ports = list('port').map(readPort);
  const addresses = list('hostaddr');
  const names = list('host');
  const count = Math.max(names.length, addresses.length, 1);
  if (addresses.length > 0 && names.length > 0 && addresses.length !== names.length) {
    return refuse(`hostaddr names ${addresses.length} addresses for ${names.length} hosts`);
  }
  if (ports.length > 1 && ports.length !== count) {
    return refuse(`port names ${ports.length} ports for ${count} hosts`);
  }
  return Array.from({ length: count }, (_, i) => {
    const port = (ports.length > 1 ? ports[i] : ports[0]) ?? DEFAULT_PORT;
    const address = addresses[i] || null;
    if (address !== null && isIP(address) === 0) return refuse('hostaddr has to be an address');
    const host = names[i] || address || defaultHost(port);
    if (host.startsWith('@')) return refuse('host: sockets without a file cannot be taken');
    return { host, address, port };
  });
}

/** Without a host libpq uses this machine's socket. */
function defaultHost(port: number): string {
  const found = SOCKET_DIRECTORIES.find((path) => existsSync(`${path}/.s.PGSQL.${port}`));
  return found ?? 'localhost';
}

function readPort(text: string): number {
  if (text === '') return DEFAULT_PORT;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535
    ? port
    : refuse(`a port is not a number from 1 to 65535: ${ENCODE}`);
}

/** libpq reads whole seconds; 0 and less mean no limit, and 1 means 2. */
function readTimeout(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (!/^-?\d{1,6}$/.test(text)) return refuse('connect_timeout has to be whole seconds');
  const seconds = Number(text);
  return seconds <= 0 ? undefined : 1000 * Math.max(2, seconds);
}

function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return refuse('it names no user, and this process has none of its own');
  }
}
