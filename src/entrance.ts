// Wires accounts, sign-in pages, and the identification of management API callers, for main.
import { type Config, UsageError } from './config.ts';
import { isLoopbackHost } from './directory/loopback.ts';
import type { Route } from './http/routes.ts';
import { admission } from './people/admit.ts';
import { firstLink, linkRoutes } from './people/links.ts';
import { type OidcSettings, oidcRoutes } from './people/oidc.ts';
import { People } from './people/people.ts';
import { SecondFactor } from './people/second-factor.ts';
import { type SignInServices, signInRoutes } from './people/sign-in.ts';
import type { Workplace } from './workplace.ts';

export interface Entrance {
  readonly people: People;
  readonly secondFactor: SecondFactor;
  readonly admit: ReturnType<typeof admission>;
  readonly pages: readonly Route[];
  /**
   * Whether the link in the start's output signs in at once: in a sandbox on a loopback address.
   */
  readonly signsIn: boolean;
  /**
   * A one-time link, valid for 15 minutes, which signs in or creates the first account. Null if an
   * account exists.
   */
  signInLink(url: string): Promise<string | null>;
}

export function openEntrance(
  { storage: { people: store, audit }, clock, sealer }: Workplace,
  config: Config,
  {
    adminToken,
    formKey,
    provider,
    onWrongToken,
  }: {
    readonly adminToken: string;
    readonly formKey: Uint8Array;
    readonly provider: OidcSettings | undefined;
    onWrongToken(address: string | null): void;
  },
): Entrance {
  const { environment } = config;
  const publicUrl = config.manageUrl ?? config.publicUrl;
  const host = config.managePort === undefined ? config.host : config.manageHost;
  const people = new People(store);
  const secondFactor = new SecondFactor(people, sealer, formKey);
  const sandbox = environment === 'sandbox';
  const signsIn = sandbox && isLoopbackHost(host.includes(':') ? `[${host}]` : host);
  const services: SignInServices = {
    people,
    secondFactor,
    audit,
    clock,
    publicUrl,
    sandbox,
    singleSignOn: provider !== undefined,
  };
  const pages = [
    ...signInRoutes(services),
    ...linkRoutes({ ...services, sandbox: signsIn }),
    ...(provider ? oidcRoutes(services, provider, sealer) : []),
  ];
  return {
    people,
    secondFactor,
    signsIn,
    admit: admission(people, { adminToken, publicUrl, onWrongToken }),
    pages: pages.map((page): Route => ({ ...page, access: 'open', maxBody: 16 * 1024 })),
    async signInLink(url) {
      const path = await firstLink(people, signsIn);
      // A browser cannot open an address that stands for all addresses.
      const open = publicUrl ?? url.replace(/\/\/(0\.0\.0\.0|\[::\])/, '//127.0.0.1');
      return path === null ? null : `${signsIn ? url : open}${path}`;
    },
  };
}

/** @throws {UsageError} where a part of it is missing: asked before anything is opened */
export function providerOf(config: Config): OidcSettings | undefined {
  const { oidcIssuer: issuer, oidcClientId: clientId, oidcClientSecret: clientSecret } = config;
  if (!issuer && !clientId && !clientSecret) return undefined;
  if (issuer && clientId && clientSecret) return { issuer, clientId, clientSecret };
  throw new UsageError(
    'single sign-on takes ORDERGATE_OIDC_ISSUER, ORDERGATE_OIDC_CLIENT_ID and ORDERGATE_OIDC_CLIENT_SECRET; set all three, or none',
  );
}

/** A path for the log without the link's secret, because every reader could use the link. */
export const withoutLink = (path: string): string =>
  path.replace(/^(\/console\/link\/).*/s, '$1***');
