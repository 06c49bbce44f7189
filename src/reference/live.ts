// What the pages show of the server that serves them.
import type { Clock } from '../core/clock.ts';
import type { PartyDirectory } from '../protocol/platform.ts';

export interface Live {
  readonly parties: PartyDirectory;
  readonly clock: Clock;
  readonly environment: 'sandbox' | 'production';
  /** The public address of the gateways; absent where nobody has set one. */
  readonly publicUrl?: string | undefined;
  /** The port of the gateways where the reference is served at another one. */
  readonly gatewayPort?: number | undefined;
}

/** Where the gateways are reached, of the server's settings. */
export function gatewayPlace(settings: {
  readonly publicUrl?: string | undefined;
  readonly port: number;
  readonly managePort?: number | undefined;
}): Pick<Live, 'publicUrl' | 'gatewayPort'> {
  // With a port of its own, the public address is that of the console and of the management API.
  if (settings.managePort === undefined) return { publicUrl: settings.publicUrl };
  return { gatewayPort: settings.port };
}

/** A name or an address with an optional port: no other text of a header reaches a page. */
const HOST = /^([a-z0-9.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?$/i;

/**
 * The address at which samples call the server: the public one, else the one that the reader's browser
 * has called, else the default.
 */
export function serverAddress(
  { publicUrl, gatewayPort }: Pick<Live, 'publicUrl' | 'gatewayPort'>,
  host: string | string[] | undefined,
): string {
  if (publicUrl !== undefined) return publicUrl.replace(/\/$/, '');
  const [, name, port = ''] = HOST.exec(String(host)) ?? [];
  if (name === undefined) return DEFAULT_SERVER;
  return `http://${name}${gatewayPort === undefined ? port : `:${gatewayPort}`}`;
}

/** The address of the page itself, at which the management API is, too. */
export const manageAddress = (
  { publicUrl }: Pick<Live, 'publicUrl'>,
  host: string | string[] | undefined,
): string => serverAddress({ publicUrl }, host);

export const DEFAULT_SERVER = 'http://127.0.0.1:8787';
