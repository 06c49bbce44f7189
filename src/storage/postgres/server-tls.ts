// TLS to the server by libpq's sslmode: the sequence of attempts, and the verification.
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, getCACertificates } from 'node:tls';
import type { DatabaseHost, DatabaseTarget } from './database-url.ts';
import { UnusableDatabaseError } from './errors.ts';

export type Tls = ConnectionOptions | false;

const VERSIONS: Readonly<Record<string, 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'>> = {
  TLSv1: 'TLSv1',
  'TLSv1.1': 'TLSv1.1',
  'TLSv1.2': 'TLSv1.2',
  'TLSv1.3': 'TLSv1.3',
};

/** The ways to connect, in sequence. A Unix socket has no TLS, whatever sslmode says. */
export function tlsAttempts(target: DatabaseTarget, host: DatabaseHost): readonly Tls[] {
  const { sslMode } = target;
  if (sslMode === 'disable' || host.host.startsWith('/')) return [false];
  const tls = tlsOptions(target, host);
  if (sslMode === 'allow') return [false, tls];
  return sslMode === 'prefer' ? [tls, false] : [tls];
}

/**
 * Whether the server's identity is verified if TLS is requested; true also if TLS is not requested.
 */
export function isVerified({ sslMode, ssl }: DatabaseTarget): boolean {
  return sslMode !== 'require' || ssl.sslrootcert !== undefined;
}

/**
 * `require` verifies only if a CA is given, and then only its signature, like `verify-ca`.
 *
 * @throws {UnusableDatabaseError} if a file cannot be read, or is missing although it is required
 */
function tlsOptions({ sslMode, ssl }: DatabaseTarget, { host, address }: DatabaseHost): Tls {
  const { sslrootcert, sslcert, sslkey, sslpassword } = ssl;
  const minVersion = version('ssl_min_protocol_version', ssl);
  const maxVersion = version('ssl_max_protocol_version', ssl);
  return {
    ...(sslcert && { cert: read('sslcert', sslcert) }),
    ...(sslkey && { key: read('sslkey', sslkey) }),
    ...(sslpassword !== undefined && { passphrase: sslpassword }),
    ...(minVersion && { minVersion }),
    ...(maxVersion && { maxVersion }),
    // The certificate must match the name, even if the address is also given.
    ...(address !== null && address !== host && { host, servername: host }),
    ...trust(sslMode, sslrootcert),
  };
}

function trust(sslMode: DatabaseTarget['sslMode'], given: string | undefined): ConnectionOptions {
  const mustVerify = sslMode === 'verify-ca' || sslMode === 'verify-full';
  if (!mustVerify && (given === undefined || sslMode !== 'require')) {
    return { rejectUnauthorized: false };
  }
  const names = sslMode === 'verify-full' ? {} : { checkServerIdentity: () => undefined };
  if (given === 'system') return { ...names, ca: getCACertificates('system') };
  const usual = join(homedir(), '.postgresql', 'root.crt');
  const file = given ?? (existsSync(usual) ? usual : undefined);
  if (file === undefined) {
    throw new UnusableDatabaseError(
      `ORDERGATE_DATABASE_URL: sslmode=${sslMode} needs sslrootcert=FILE, the certificate of the CA in PEM (or sslrootcert=system with verify-full)`,
    );
  }
  return { ...names, ca: read('sslrootcert', file) };
}

function read(name: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UnusableDatabaseError(
      `ORDERGATE_DATABASE_URL: ${name} names ${file}, which cannot be read (${code}); name a file in PEM that this process may read`,
    );
  }
}

function version(name: string, ssl: DatabaseTarget['ssl']) {
  const given = ssl[name];
  if (!given) return undefined;
  const known = VERSIONS[given];
  if (known) return known;
  throw new UnusableDatabaseError(
    `ORDERGATE_DATABASE_URL: ${name} has to be one of ${Object.keys(VERSIONS).join(', ')}`,
  );
}
