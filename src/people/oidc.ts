// /console/oidc: single sign-on by OpenID Connect, with an authorization code, PKCE, state and nonce.
import type { Account } from '../core/account.ts';
import { MINUTE, SECOND } from '../core/clock.ts';
import { readCookie } from './browser.ts';
import { accountName, type People } from './people.ts';
import type { Vault } from './second-factor.ts';
import {
  type Asking,
  enter,
  guarded,
  note,
  noted,
  type PageReply,
  type PageRoute,
  page,
  redirect,
  type SignInServices,
} from './sign-in.ts';

export interface OidcSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** How long somebody may take at the provider. */
const ROUND_TRIP_MS = 10 * MINUTE;
const PROVIDER_TIMEOUT_MS = 10 * SECOND;
const COOKIE = 'ordergate_oidc';
const PLACE = 'oidc';

/** What has to be the same when the browser comes back; sealed in a cookie of that browser. */
interface RoundTrip {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly next: string;
  readonly until: number;
}

type Client = typeof import('openid-client');

/** Who the provider says has signed in. */
interface Identity {
  readonly issuer: string;
  readonly subject: string;
  /** Null where it has none, or has not verified it. */
  readonly email: string | null;
}

export function oidcRoutes(
  services: SignInServices,
  settings: OidcSettings,
  vault: Vault,
): PageRoute[] {
  const { people } = services;
  const provider = new Provider(settings);

  async function begin(asking: Asking): Promise<PageReply> {
    const { client, configuration } = await provider.ready();
    const verifier = client.randomPKCECodeVerifier();
    const trip: RoundTrip = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      verifier,
      next: asking.next,
      until: people.now() + ROUND_TRIP_MS,
    };
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: `${originOf(services, asking)}/console/oidc/callback`,
      scope: 'openid email',
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state: trip.state,
      nonce: trip.nonce,
    });
    return redirect(url.href, tripCookie(services, vault.seal(JSON.stringify(trip), PLACE)));
  }

  async function finish(asking: Asking): Promise<PageReply> {
    const trip = readTrip(asking, vault, people.now());
    const failed = async (why: string): Promise<PageReply> => {
      await note(services, asking, '', 'refused', `single sign-on: ${why}`);
      return page(asking, { is: 'problem' }, 'sso', 403);
    };
    // Not in the audit: the browser did not begin it, or took too long; strangers could fill the audit.
    if (!trip) return page(asking, { is: 'problem' }, 'sso', 403);
    const { query } = asking.request;
    const back = new URL(`${originOf(services, asking)}/console/oidc/callback?${query}`);
    let identity: Identity | undefined;
    let why = 'too many attempts are waiting';
    // Each answer that is none makes the next wait: each costs a call of the provider and an entry.
    await people.paced(asking.request.caller.countedAs, 'single sign-on', async () => {
      identity = await provider.identify(back, trip).catch((error: Error) => {
        why = error.message.slice(0, 200);
        return undefined;
      });
      return identity !== undefined;
    });
    if (!identity) return failed(why);
    const { issuer, subject } = identity;
    const account = await accountOf(people, identity, ({ accountId, name }, tie) => {
      const why = `tied to subject ${subject.slice(0, 200)} of ${issuer.slice(0, 200)}`;
      return noted(services, asking, { actor: name, action: 'link', target: accountId, why }, tie);
    });
    if (account) {
      const reply = await enter(
        services,
        { ...asking, next: trip.next },
        account,
        'single sign-on',
      );
      return withoutTrip(services, reply);
    }
    const who = identity.email ?? identity.subject.slice(0, 64);
    await note(
      services,
      asking,
      who,
      'refused',
      'single sign-on: there is no enabled account for it',
    );
    return page(asking, { is: 'problem' }, 'no-account', 403);
  }

  return [
    { method: 'GET', path: '/console/oidc', changes: true, handle: safely(services, begin) },
    {
      method: 'GET',
      path: '/console/oidc/callback',
      changes: true,
      handle: safely(services, finish),
    },
  ];
}

/** A provider that cannot be reached is told on the page, and is no fault of ours. */
const safely = (services: SignInServices, handle: (asking: Asking) => Promise<PageReply>) =>
  guarded(services, 'GET', async (asking) => {
    try {
      return await handle(asking);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      return page(asking, { is: 'problem' }, 'sso', 502);
    }
  });

class ProviderError extends Error {
  override readonly name = 'ProviderError';
}

/** The provider, asked what it is when somebody first signs in by it, and again where that failed. */
class Provider {
  readonly #settings: OidcSettings;
  #ready: ReturnType<Provider['discover']> | undefined;

  constructor(settings: OidcSettings) {
    this.#settings = settings;
  }

  ready(): ReturnType<Provider['discover']> {
    this.#ready ??= this.discover().catch((error: Error) => {
      this.#ready = undefined;
      throw new ProviderError(`the provider cannot be reached: ${error.message.slice(0, 200)}`);
    });
    return this.#ready;
  }

  async discover() {
    const { issuer, clientId, clientSecret } = this.#settings;
    // Loaded here: a start without single sign-on does not wait for it.
    const client: Client = await import('openid-client');
    const insecure = issuer.startsWith('http:') ? [client.allowInsecureRequests] : [];
    const configuration = await client.discovery(
      new URL(issuer),
      clientId,
      clientSecret,
      undefined,
      {
        execute: insecure,
        timeout: PROVIDER_TIMEOUT_MS / SECOND,
      },
    );
    return { client, configuration };
  }

  /** @throws where the answer is not one to what was asked */
  async identify(back: URL, { verifier, state, nonce }: RoundTrip): Promise<Identity> {
    const { client, configuration } = await this.ready();
    const tokens = await client.authorizationCodeGrant(configuration, back, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    });
    const claims = tokens.claims()!;
    const { email, email_verified: isVerified } =
      claims.email === undefined && configuration.serverMetadata().userinfo_endpoint !== undefined
        ? await client.fetchUserInfo(configuration, tokens.access_token, claims.sub)
        : claims;
    return {
      issuer: claims.iss,
      subject: claims.sub,
      email: typeof email === 'string' && isVerified === true ? email : null,
    };
  }
}

/**
 * By issuer and subject; the first time by the e-mail address, which the provider has verified and an
 * admin has given to the account as its name. Nobody gets an account by signing in.
 */
async function accountOf(
  people: People,
  { issuer, subject, email }: Identity,
  told: (account: Account, tie: () => Promise<Account | null>) => Promise<Account | null>,
): Promise<Account | null> {
  const accounts = await people.store.listAccounts();
  const known = accounts.find(
    ({ external }) => external?.issuer === issuer && external.subject === subject,
  );
  if (known) return known.enabled ? known : null;
  const name = email === null ? undefined : accountName(email);
  const named = accounts.find((one) => one.name === name && one.external === null && one.enabled);
  if (!named) return null;
  return told(named, () =>
    people.changeAccount(named.accountId, (is) =>
      is.external === null ? { ...is, external: { issuer, subject } } : null,
    ),
  );
}

const originOf = ({ publicUrl }: SignInServices, { request }: Asking): string =>
  publicUrl ?? `http://${String(request.headers.host)}`;

/** The cookie of a round trip has done its work, and leaves with the session's cookie. */
function withoutTrip({ publicUrl }: SignInServices, reply: PageReply): PageReply {
  const secure = publicUrl?.startsWith('https:') ? '; Secure' : '';
  const gone = `${COOKIE}=; Path=/console/oidc; HttpOnly; SameSite=Lax; Max-Age=0${secure}`;
  return { ...reply, cookies: [gone] };
}

/** `Lax`: the browser comes back from another site, with a navigation. */
function tripCookie({ publicUrl }: SignInServices, sealed: string): string {
  const secure = publicUrl?.startsWith('https:') ? '; Secure' : '';
  return `${COOKIE}=${sealed}; Path=/console/oidc; HttpOnly; SameSite=Lax; Max-Age=${ROUND_TRIP_MS / SECOND}${secure}`;
}

function readTrip({ request }: Asking, vault: Vault, now: number): RoundTrip | null {
  const sealed = readCookie(request.headers, COOKIE);
  if (sealed === undefined) return null;
  try {
    const trip = JSON.parse(vault.open(sealed, PLACE)) as RoundTrip;
    return trip.until > now ? trip : null;
  } catch {
    return null; // Another node's key, or no cookie of ours.
  }
}
