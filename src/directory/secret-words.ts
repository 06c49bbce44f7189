// Decides whether a word of a request is a valid secret, so that logs hide it wherever it stands.
import { hash } from 'node:crypto';
import { MINUTE } from '../core/clock.ts';
import { IMPORTED_GRANT, type TokenStore } from '../core/token.ts';

/**
 * 32 random bytes as base64url: tokens, codes and sessions that Ordergate generates and stores only
 * as digests.
 */
const MADE = /^(?:[a-z]{2,8}_)?(?=\S*[0-9])(?=\S*[a-z])(?=\S*[A-Z])[\w-]{43}$/;
/** Secrets of callback endpoints in the form of Standard Webhooks. */
const WEBHOOK = /^whsec_[\w+/=-]{16,}$/;
/** Imported tokens have at least this length. */
const SHORTEST_TOKEN = 16;
const PAGE = 1000;
/** A cache of recent decisions, because calls repeat the same appids and order ids. */
const REMEMBERED = 2000;

export interface SecretWordsSources {
  /** The operator's secrets: the admin token, the master key. */
  readonly own: readonly string[];
  readonly parties: { isSecret(word: string): boolean };
  readonly tokens: Pick<TokenStore, 'list'>;
  readonly platforms: readonly { readonly name: string }[];
}

export class SecretWords {
  readonly #sources: SecretWordsSources;
  readonly #own: ReadonlySet<string>;
  /** Digests of imported tokens, because their form does not identify them. */
  #digests: ReadonlySet<string> = new Set();
  #judged = new Map<string, boolean>();

  #timer: NodeJS.Timeout | undefined;

  private constructor(sources: SecretWordsSources) {
    this.#sources = sources;
    this.#own = new Set(sources.own);
  }

  /** Reads the sources now and again each minute, because another node may have imported tokens. */
  static async start(sources: SecretWordsSources): Promise<SecretWords> {
    const words = new SecretWords(sources);
    await words.reload();
    // If the ledger is unavailable, the next read follows in a minute.
    words.#timer = setInterval(() => void words.reload().catch(() => {}), MINUTE);
    words.#timer.unref();
    return words;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Wraps the token store, so that every imported token is known from the moment it is saved. */
  noting(tokens: TokenStore): TokenStore {
    return {
      ...tokens,
      save: (given, spend) => {
        const imported = given.filter(({ grantId }) => grantId.startsWith(IMPORTED_GRANT));
        this.#digests = new Set([...this.#digests, ...imported.map(({ digest }) => digest)]);
        this.#judged.clear();
        return tokens.save(given, spend);
      },
    };
  }

  /** Reads the digests of imported tokens again. */
  async reload(): Promise<void> {
    const { tokens, platforms } = this.#sources;
    const digests = new Set<string>();
    for (const { name: platform } of platforms) {
      // Tokens are sorted by grant, so that imported tokens are adjacent.
      let cursor: string | null = `${IMPORTED_GRANT}.`;
      while (cursor !== null) {
        const page = await tokens.list({ platform, limit: PAGE, cursor });
        const its = page.items.filter(({ grantId }) => grantId.startsWith(IMPORTED_GRANT));
        for (const { digest } of its) digests.add(digest);
        cursor = its.length === page.items.length ? page.nextCursor : null;
      }
    }
    this.#digests = digests;
    this.#judged = new Map();
  }

  readonly has = (word: string): boolean =>
    this.#own.has(word) ||
    this.#sources.parties.isSecret(word) ||
    (word.length >= SHORTEST_TOKEN && this.#isToken(word));

  #isToken(word: string): boolean {
    if (MADE.test(word) || WEBHOOK.test(word)) return true;
    if (this.#digests.size === 0) return false;
    let found = this.#judged.get(word);
    if (found === undefined) {
      found = this.#digests.has(hash('sha256', word, 'base64url'));
      if (this.#judged.size >= REMEMBERED) this.#judged.clear();
      this.#judged.set(word, found);
    }
    return found;
  }
}
