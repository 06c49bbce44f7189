// Explains in one sentence, with the remedy, why a connection failed, and whether another host may
// succeed.
import type { DatabaseHost, DatabaseTarget } from './database-url.ts';

/** No host of the URL could be connected to. The message contains no password. */
export class CannotConnectError extends Error {
  override readonly name = 'CannotConnectError';
  /** As in libpq, no further host is tried after a host has refused the user. */
  readonly isFinal: boolean;
  /** The server, or a proxy on the way, refused TLS or required it. */
  readonly isAboutTls: boolean;

  constructor(message: string, { isFinal = false, isAboutTls = false } = {}) {
    super(message);
    this.isFinal = isFinal;
    this.isAboutTls = isAboutTls;
  }
}

interface Reason {
  readonly code?: string | undefined;
  readonly severity?: string | undefined;
  readonly message: string;
}

const URL_NAME = 'ORDERGATE_DATABASE_URL';

export const placeOf = ({ host, address, port }: DatabaseHost): string =>
  host.startsWith('/') ? `${host}/.s.PGSQL.${port}` : `${address ?? host}:${port}`;

export function explainConnect(
  error: Reason,
  host: DatabaseHost,
  { user, database, password }: DatabaseTarget,
): CannotConnectError {
  const place = placeOf(host);
  const { code = '', severity, message } = error;
  const say = (text: string, about = {}) => new CannotConnectError(text, about);
  // The server's own error message.
  if (severity !== undefined) {
    const says = `${place} refuses the connection: ${message} (${code})`;
    if (code === '28P01' || (code === '08P01' && /password/.test(message))) {
      return say(
        `${place} refuses the password of the role "${user}"; correct it in ${URL_NAME}, where characters such as @ : / ? # % have to be percent-encoded`,
        { isFinal: true },
      );
    }
    if (code === '28000' && / no encryption/.test(message)) {
      return say(`${says}; add sslmode=require or verify-full to ${URL_NAME}`, {
        isFinal: true,
        isAboutTls: true,
      });
    }
    if (code === '28000') {
      return say(
        `${says}; make the role with CREATE ROLE "${user}" LOGIN, let it in by a line of pg_hba.conf, or correct ${URL_NAME}`,
        { isFinal: true, isAboutTls: true },
      );
    }
    if (code === '3D000') {
      return say(
        `${place} has no database "${database}"; make it with CREATE DATABASE "${database}" OWNER "${user}", or correct ${URL_NAME}`,
        { isFinal: true },
      );
    }
    if (code === '42501') {
      return say(`${says}; GRANT CONNECT ON DATABASE "${database}" TO "${user}"`, {
        isFinal: true,
      });
    }
    if (code === '53300') {
      return say(`${says}; raise max_connections, of which a node needs seven, or end others`);
    }
    if (code === '57P03')
      return say(`${place} starts or stops: ${message} (${code}); it is tried again`);
    return say(`${says}; see the log of the database server`, { isFinal: true });
  }
  if (/client password must be a string|no password supplied/i.test(message)) {
    const what = password === undefined ? 'holds none' : 'holds an empty one';
    return say(`${place} asks for a password of the role "${user}", and ${URL_NAME} ${what}`, {
      isFinal: true,
    });
  }
  if (message.startsWith('SASL')) {
    return say(`${place} and Ordergate do not agree on how to prove the password: ${message}`, {
      isFinal: true,
    });
  }
  return say(...withoutAnswer(error, host, place));
}

const CERTIFICATE =
  /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)|ERR_TLS|ERR_SSL|ERR_OSSL|EPROTO|HOSTNAME_MISMATCH/;

function withoutAnswer(
  { code = '', message }: Reason,
  { host }: DatabaseHost,
  place: string,
): [string, { readonly isAboutTls?: boolean }] {
  if (message === 'The server does not support SSL connections') {
    return [
      `${place} does not speak TLS; switch ssl on there, or take sslmode out of ${URL_NAME}`,
      { isAboutTls: true },
    ];
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return [
      `the certificate of ${place} is not one of the name ${host}; name the host as the certificate does, or ask for sslmode=verify-ca, which looks at no name`,
      { isAboutTls: true },
    ];
  }
  if (CERTIFICATE.test(code) || /certificate|SSL|TLS/.test(message)) {
    return [
      `the certificate of ${place} cannot be verified, or TLS fails: ${message} (${code || 'no code'}); name in sslrootcert the CA that has signed it`,
      { isAboutTls: true },
    ];
  }
  switch (code) {
    case 'ECONNREFUSED':
      return [
        `no PostgreSQL listens at ${place}; start it, or correct host and port in ${URL_NAME}`,
        {},
      ];
    case 'ENOENT':
      return [
        `there is no socket ${place}; start PostgreSQL, or correct the host in ${URL_NAME}`,
        {},
      ];
    case 'EACCES':
      return [`this process may not use the socket ${place}; give its user the right to`, {}];
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return [
        `the name ${host} cannot be resolved (${code}); correct the host in ${URL_NAME}, or the name service of this machine`,
        {},
      ];
    default:
      return /timeout/.test(message)
        ? [`${place} does not answer in time; look at the address and the firewalls between`, {}]
        : [
            `${place} cannot be reached: ${message}; look at the server, and at host and port in ${URL_NAME}`,
            {},
          ];
  }
}
