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
  /** Where a profile's gateways are; null without a profile. */
  readonly gateway: string | null;
  readonly config: Config;
} {
  const config = readConfig(settingsAmong({ ...values }));
  const { url, token, profile } = values;
  if (profile === undefined) return { url, gateway: null, config: withToken(config, token) };
  if (url !== undefined) throw new UsageError('give either --url or --profile: both name a server');
  const kept = findProfile(profile);
  const { url: found, gateway } = kept;
  return { url: found, gateway, config: withToken(config, token ?? kept.readToken()) };
}

/**
 * The server of a command that only asks a running server. In this order: --url, --profile, a data
 * directory or address among the flags, the current profile, the settings.
 */
export function serverOf(values: ServerValues): {
  readonly url: string;
  /** Where a profile's gateways are; null without a profile. */
  readonly gateway: string | null;
  readonly config: Config;
} {
  const { url, config, gateway } = explicitServer(values);
  if (url !== undefined) return { url, config, gateway };
  const { data, host, port } = values;
  const isNamed = data !== undefined || host !== undefined || port !== undefined;
  const current: OpenProfile | undefined = isNamed ? undefined : currentProfile();
  if (!current) return { url: serverUrl(config), gateway: null, config };
  const signedIn = withToken(config, values.token ?? current.readToken());
  return { url: current.url, gateway: current.gateway, config: signedIn };
}

const withToken = (config: Config, token: string | undefined): Config =>
  token === undefined ? config : { ...config, adminToken: token };

/**
 * The gateway that a call goes to, and the server whose request log explains a refusal. The log is
 * null where no flag says that the gateway belongs to a server of ours: a token must not be sent to
 * a stranger's host.
 */
export function gatewayOf(values: ServerValues): {
  readonly gateway: string;
  readonly log: { readonly url: string; readonly config: Config } | null;
  /** Whether the gateway serves the ledger of the data directory. */
  readonly isOwn: boolean;
} {
  const { url, token } = values;
  if (url !== undefined) {
    const { config } = explicitServer(values);
    const own = `http://${config.host}:${config.port}`;
    if (url.replace(/\/+$/, '') === own) {
      return { gateway: own, log: { url: serverUrl(config), config }, isOwn: true };
    }
    return { gateway: url, log: token === undefined ? null : { url, config }, isOwn: false };
  }
  const { url: manage, config, gateway } = serverOf(values);
  if (gateway !== null) return { gateway, log: { url: manage, config }, isOwn: false };
  const own = `http://${config.host}:${config.port}`;
  return { gateway: own, log: { url: manage, config }, isOwn: true };
}
