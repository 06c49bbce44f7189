// The parameters that libpq knows in a database URL: those that Ordergate accepts, and why it
// refuses the others.

/** The environment variable that libpq reads if the URL lacks the parameter. */
export const TAKEN: Readonly<Record<string, string | null>> = {
  host: 'PGHOST',
  hostaddr: 'PGHOSTADDR',
  port: 'PGPORT',
  dbname: 'PGDATABASE',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  options: 'PGOPTIONS',
  connect_timeout: 'PGCONNECT_TIMEOUT',
  target_session_attrs: 'PGTARGETSESSIONATTRS',
  load_balance_hosts: 'PGLOADBALANCEHOSTS',
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  sslpassword: null,
  sslnegotiation: 'PGSSLNEGOTIATION',
  ssl_min_protocol_version: 'PGSSLMINPROTOCOLVERSION',
  ssl_max_protocol_version: 'PGSSLMAXPROTOCOLVERSION',
  ssl: null,
  // libpq uses it only if application_name is absent, and Ordergate always sets that.
  fallback_application_name: null,
};

/** Parameters of which only those values are accepted that describe Ordergate's own behaviour. */
export const TAKEN_AS: Readonly<Record<string, RegExp>> = {
  channel_binding: /^(disable|prefer)$/,
  client_encoding: /^(utf-?8|auto|unicode)$/i,
  gssencmode: /^(disable|prefer)$/,
  keepalives: /^1$/,
  replication: /^(false|off|no|0)$/,
  requiressl: /^0$/,
  sslcompression: /^0$/,
  sslsni: /^1$/,
};

/** Parameters that libpq supports and Ordergate does not. */
export const REFUSED: Readonly<Record<string, string>> = {
  application_name: 'each connection carries a name by which another one can end it',
  gssdelegation: 'Ordergate does not speak GSSAPI',
  gsslib: 'Ordergate does not speak GSSAPI',
  keepalives_count: 'the settings of the operating system count',
  keepalives_idle: 'the settings of the operating system count',
  keepalives_interval: 'the settings of the operating system count',
  krbsrvname: 'Ordergate does not speak Kerberos',
  passfile: 'the variable PGPASSFILE names the file',
  require_auth: 'the driver takes the method that the server asks for',
  requirepeer: 'the driver does not look at the owner of a socket',
  scram_client_key: 'the driver makes the keys from the password',
  scram_server_key: 'the driver makes the keys from the password',
  service: 'the URL itself has to name host and database',
  servicefile: 'the URL itself has to name host and database',
  sslcertmode: 'a certificate is sent where sslcert names one',
  sslcrl: 'Ordergate reads no lists of revoked certificates',
  sslcrldir: 'Ordergate reads no lists of revoked certificates',
  tcp_user_timeout: 'the settings of the operating system count',
};

export const SSL_MODES = [
  'disable',
  'allow',
  'prefer',
  'require',
  'verify-ca',
  'verify-full',
] as const;
export type SslMode = (typeof SSL_MODES)[number];

export const SESSION_ATTRS = [
  'any',
  'read-write',
  'read-only',
  'primary',
  'standby',
  'prefer-standby',
] as const;
export type SessionAttrs = (typeof SESSION_ATTRS)[number];
