// Which server a command works with: by --url, by a profile, or by the data directory.
import { type Config, readConfig, UsageError } from '../config.ts';
import { settingsAmong } from './flags.ts';
import { currentProfile, findProfile, type OpenProfile } from './profiles.ts';
import { serverUrl } from './server.ts';

export interface ServerValues {
  readonly url?: string | undefined;
  readonly token?: string | undefined;
  readonly profile?: string | undefined;
  readonly port?: string | undefined;
  readonly host?: string | undefined;
  readonly data?: string | undefined;
  readonly env?: string | undefined;
  readonly platforms?: string | undefined;
}

/**
 * The server that the flags name; `url` is undefined if none does, and the command then works on the
 * data directory. The current profile does not count here, so that a command which changes a ledger
 * never reaches another one than its flags say.
 */
export function explicitServer(values: ServerValues): {
  readonly url: string | undefined;
  readonly config: Config;
} {
  const config = readConfig(settingsAmong({ ...values }));
  const { url, token, profile } = values;
  if (profile === undefined) return { url, config: withToken(config, token) };
  if (url !== undefined) throw new UsageError('give either --url or --profile: both name a server');
  const found = findProfile(profile);
  return { url: found.url, config: withToken(config, token ?? found.readToken()) };
}

/**
 * The server of a command that only asks a running server. In this order: --url, --profile, a data
 * directory or address among the flags, the current profile, the settings.
 */
export function serverOf(values: ServerValues): { readonly url: string; readonly config: Config } {
  const { url, config } = explicitServer(values);
  if (url !== undefined) return { url, config };
  const { data, host, port } = values;
  const isNamed = data !== undefined || host !== undefined || port !== undefined;
  const current: OpenProfile | undefined = isNamed ? undefined : currentProfile();
  if (!current) return { url: serverUrl(config), config };
  return { url: current.url, config: withToken(config, values.token ?? current.readToken()) };
}

const withToken = (config: Config, token: string | undefined): Config =>
  token === undefined ? config : { ...config, adminToken: token };
