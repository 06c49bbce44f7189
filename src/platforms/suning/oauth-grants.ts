// The results of a consent: a code, and pairs of an access and a refresh token, each usable once.
import { randomBytes } from 'node:crypto';
import { DAY, type Instant, MINUTE } from '../../core/clock.ts';
import type { Party } from '../../core/party.ts';
import type { Token } from '../../core/token.ts';
import type { JsonObject, Services } from '../../protocol/platform.ts';
import type { Merchant } from './merchant.ts';
import { PLATFORM } from './name.ts';
import { type Challenge, isProved } from './pkce.ts';
import { tokenDigest } from './token-digest.ts';

/** Tokens live for one year (settled.md, S40). */
export const LIFE_MS = 365 * DAY;
/** A code only travels through a browser. */
const CODE_LIFE_MS = 10 * MINUTE;
/**
 * How long after its use a refresh token may be used again, and how often. Two servers of one ISV
 * may renew at once, and a client repeats a call whose reply was lost. Treating that as theft would
 * end the consent, and the merchant would have to consent again.
 */
const AGAIN_MS = MINUTE;
const AGAIN_TIMES = 5;

/** The data behind a code and all its tokens. */
export interface Consent extends Merchant {
  readonly scope: string;
  readonly redirectUri: string;
}

/**
 * A new access token with its refresh token in plain text. They are returned once and stored as
 * digests.
 */
export interface Pair {
  readonly access: string;
  readonly refresh: string;
  readonly consent: Consent;
}

type Kind = 'code' | 'refresh';

const newToken = (): string => randomBytes(32).toString('base64url');

/** Creates a code for `app`, with its own grant. */
export async function issueCode(
  { tokens, clock }: Services,
  app: Party,
  consent: Consent,
  challenge: Challenge | null,
): Promise<string> {
  const code = newToken();
  const now = clock.now();
  const grant = { partyId: app.partyId, grantId: randomBytes(16).toString('base64url') };
  const attributes = { ...consent, ...(challenge && { challenge: { ...challenge } }) };
  await tokens.save([toToken(code, 'code', grant, now, now + CODE_LIFE_MS, attributes)]);
  return code;
}

function toToken(
  token: string,
  kind: string,
  { partyId, grantId }: Pick<Token, 'partyId' | 'grantId'>,
  issuedAt: Instant,
  expiresAt: Instant,
  attributes: JsonObject,
): Token {
  const digest = tokenDigest(token);
  return {
    platform: PLATFORM,
    digest,
    kind,
    partyId,
    grantId,
    expiresAt,
    attributes: { ...attributes, issuedAt },
  };
}

/**
 * The name under which a spent token is remembered. Its later use means that a token was stolen.
 */
const spentName = (token: string): string => `spent:${token}`;
/**
 * The right to use a spent refresh token for the `n`th time; the caller who spends the right has
 * it.
 */
const againName = (token: string, n: number): string => `again:${n}:${token}`;

/**
 * Exchanges a code for its first pair. Returns null if the code is unknown, expired or spent, or if
 * its redirect address or PKCE verifier does not match, which leaves it unspent. Reusing a code
 * ends the consent.
 */
export async function spendCode(
  services: Services,
  app: Party,
  code: string,
  { redirectUri, verifier }: { readonly redirectUri?: string; readonly verifier?: string },
): Promise<Pair | { readonly refused: string }> {
  return spend(services, app, code, 'code', ({ attributes }) => {
    if (attributes.redirectUri !== redirectUri) return 'redirect_uri is not that of the code';
    return isProved(attributes.challenge as unknown as Challenge | undefined, verifier)
      ? null
      : 'code_verifier does not fit the code_challenge of the authorization request';
  });
}

/**
 * Exchanges a refresh token for the next pair. A reused token gets a further pair within a minute.
 */
export function spendRefresh(
  services: Services,
  app: Party,
  token: string,
): Promise<Pair | { readonly refused: string }> {
  return spend(services, app, token, 'refresh', () => null);
}

async function spend(
  services: Services,
  app: Party,
  given: string,
  kind: Kind,
  problemOf: (token: Token) => string | null,
): Promise<Pair | { readonly refused: string }> {
  const { tokens, clock } = services;
  const token = await tokens.find(PLATFORM, tokenDigest(given));
  if (token?.kind !== kind || token.partyId !== app.partyId) {
    return spendAgain(services, app, given, kind);
  }
  const now = clock.now();
  if (now >= token.expiresAt) return { refused: `the ${kind} has ended` };
  const problem = problemOf(token);
  if (problem !== null) return { refused: problem };
  const { pair, rows } = newPair(token, now);
  const { consent } = pair;
  const spent = toToken(spentName(given), 'spent', token, now, now + LIFE_MS, {
    ...consent,
    of: kind,
    usedAt: now,
  });
  const again = kind === 'refresh' ? [nextAgain(token, given, 1, now)] : [];
  // If two calls bring one token at once, only the first spends it.
  const isFirst = await tokens.save([...rows, spent, ...again], {
    platform: PLATFORM,
    digest: token.digest,
  });
  return isFirst ? pair : spendAgain(services, app, given, kind);
}

/** For a spent token: returns a further pair, or ends its consent. */
async function spendAgain(
  { tokens, clock }: Services,
  app: Party,
  given: string,
  kind: Kind,
): Promise<Pair | { readonly refused: string }> {
  const spent = await tokens.find(PLATFORM, tokenDigest(spentName(given)));
  const unknown = { refused: `the ${kind} is unknown, ended or spent` };
  if (spent?.kind !== 'spent' || spent.partyId !== app.partyId) return unknown;
  const now = clock.now();
  const { of, usedAt } = spent.attributes;
  if (kind === 'refresh' && of === 'refresh' && now - Number(usedAt) <= AGAIN_MS) {
    // Each right is created in the transaction that spends the previous one, so that simultaneous
    // calls each get their own right, on any node.
    for (let n = 1; n <= AGAIN_TIMES; n++) {
      const { pair, rows } = newPair(spent, now);
      const next = n < AGAIN_TIMES ? [nextAgain(spent, given, n + 1, now)] : [];
      const digest = tokenDigest(againName(given, n));
      if (await tokens.save([...rows, ...next], { platform: PLATFORM, digest })) return pair;
    }
  }
  await tokens.revoke(PLATFORM, spent.grantId);
  return { refused: `the ${kind} was spent before; everything that came of its consent is ended` };
}

const nextAgain = (of: Token, given: string, n: number, now: Instant): Token =>
  toToken(againName(given, n), 'again', of, now, now + AGAIN_MS, {});

function newPair(of: Token, now: Instant): { readonly pair: Pair; readonly rows: Token[] } {
  const { userName, custnum, vendorCode, scope, redirectUri } = of.attributes as unknown as Consent;
  const consent = { userName, custnum, vendorCode, scope, redirectUri };
  const pair = { access: newToken(), refresh: newToken(), consent };
  const make = (text: string, kind: string): Token =>
    toToken(text, kind, of, now, now + LIFE_MS, consent);
  return { pair, rows: [make(pair.access, 'access'), make(pair.refresh, 'refresh')] };
}
