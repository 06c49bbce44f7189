// Removes secrets from texts for the request log: by their field's name, and by their value.

/**
 * Names of fields with secrets, in any case, as a pattern without capturing groups. The trade uses
 * many names for card codes and passwords. Each platform adds the names of its signing fields.
 */
export const SECRET_NAMES =
  'card\\w{0,20}|\\w{0,20}secret|\\w{0,20}token|\\w{0,20}password|passwd|pwd|pass_?phrase' +
  '|cd_?key|pin|pin_?code|cvv2?|kami|key|(?:md5|api|private|auth|sign|access)_?key|authorization' +
  '|卡密|卡号|卡券密码|密码|口令|密钥|秘钥|私钥|提货码|兑换码|激活码';

/**
 * A part that each of {@link SECRET_NAMES} contains. A text without any of these parts contains no
 * such name. This check takes 1 µs for a usual body; the patterns below take 6 µs.
 */
const PART_OF_A_NAME =
  /c(?:ard|vv)|secret|token|p(?:ass|wd|in)|k(?:ami|ey)|authorization|[\u0080-\uffff]/i;

export const MASK = '***';

const NAME = new RegExp(`^(?:${SECRET_NAMES})$`, 'i');

export function isSecretName(name: string): boolean {
  return name.length <= 40 && PART_OF_A_NAME.test(name) && NAME.test(name);
}

/** A quoted name and its colon. Inside JSON strings, backslashes precede the quotes. */
const NAMED = new RegExp(`(\\\\{0,15})(["'])(?:${SECRET_NAMES})\\1\\2\\s*:\\s*`, 'gi');

/**
 * Masks the values of {@link SECRET_NAMES} in JSON or similar text: also in JSON inside a string,
 * with single quotes, and in a truncated document.
 */
export function maskNamedInJson(text: string): string {
  if (!PART_OF_A_NAME.test(text)) return text;
  let kept = '';
  let at = 0;
  NAMED.lastIndex = 0;
  for (let found = NAMED.exec(text); found; found = NAMED.exec(text)) {
    const start = NAMED.lastIndex;
    const end = valueEnd(text, start, found[1]!.length);
    kept += `${text.slice(at, start)}${found[1]}"${MASK}${found[1]}"`;
    at = end;
    NAMED.lastIndex = end;
  }
  return at === 0 ? text : kept + text.slice(at);
}

/** @param depth number of backslashes before the quotes of the document's level */
function valueEnd(text: string, start: number, depth: number): number {
  const opening = text[start + depth];
  const isEscaped = text.slice(start, start + depth) === '\\'.repeat(depth);
  if (isEscaped && (opening === '"' || opening === "'")) {
    let backslashes = 0;
    for (let i = start + depth + 1; i < text.length; i++) {
      if (text[i] === opening && backslashes <= depth) return i + 1;
      backslashes = text[i] === '\\' ? backslashes + 1 : 0;
    }
    return text.length;
  }
  if (text[start] === '{' || text[start] === '[') return bracketEnd(text, start);
  let end = start;
  while (end < text.length && !/[,}\]\s\\"']/.test(text[end]!)) end++;
  return end;
}

function bracketEnd(text: string, start: number): number {
  let open = 0;
  for (let i = start; i < text.length; i++) {
    if (text[i] === '{' || text[i] === '[') open++;
    else if ((text[i] === '}' || text[i] === ']') && --open === 0) return i + 1;
  }
  return text.length;
}

/** An opening tag, plain or URL-encoded; it may contain a prefix and attributes. */
const TAG = new RegExp(
  `(?:<|%3C)(?:\\w{1,20}(?::|%3A))?(${SECRET_NAMES})(?:[\\s+][^<>%]{0,200})?(?:>|%3E)`,
  'gi',
);
const FIELD = new RegExp(`(^|[&?])(${SECRET_NAMES})=[^&]*`, 'gi');

/** Masks the values of {@link SECRET_NAMES} in XML and forms, URL-encoded or not. */
export function maskNamedInForm(text: string): string {
  if (!PART_OF_A_NAME.test(text)) return text;
  let kept = '';
  let at = 0;
  TAG.lastIndex = 0;
  for (let found = TAG.exec(text); found; found = TAG.exec(text)) {
    const start = TAG.lastIndex;
    const closing = new RegExp(`(?:<|%3C)(?:/|%2F)(?:\\w{1,20}(?::|%3A))?${found[1]}`, 'gi');
    closing.lastIndex = start;
    const end = closing.exec(text)?.index ?? text.length;
    kept += text.slice(at, start) + (end > start ? MASK : '');
    at = end;
    TAG.lastIndex = end;
  }
  return (at === 0 ? text : kept + text.slice(at)).replace(FIELD, `$1$2=${MASK}`);
}

/** The characters of a secret; URL-encoded characters are matched separately. */
const WORD = /%[0-9a-f]{2}|[\w+/=.~-]{8,}/gi;

/**
 * The parts of a path, query or form that `/`, `=` and `+` separate. A token in base64url contains
 * `-` and `_`.
 */
const PATH_PART = /[\w.~-]{8,}/g;

/** Returns `text` without the secrets that form words in it. */
export function hideSecrets(text: string, isSecret: (word: string) => boolean): string {
  if (isSecret(text.trim())) return MASK;
  return text.replace(WORD, (word) => {
    if (word.startsWith('%')) return word;
    if (isSecret(word)) return MASK;
    return word.replace(PATH_PART, (part) => {
      if (isSecret(part)) return MASK;
      return part.replace(/[\w-]{8,}/g, (name) => {
        if (name !== part && isSecret(name)) return MASK;
        return name.replace(/[a-z0-9]{8,}/gi, (piece) => (isSecret(piece) ? MASK : piece));
      });
    });
  });
}

/** The minimum length of new keys and imported tokens; most words of a call are shorter. */
export const LONG = 16;
/** The characters of a secret, by ASCII code: 1 if one. */
export const IN_WORD = charactersOf(/[\w+/=.~-]/);
const IN_PART = charactersOf(/[\w.~-]/);

/** By ASCII code: 1 for the characters that the pattern matches. */
export function charactersOf(pattern: RegExp): Uint8Array {
  return Uint8Array.from({ length: 128 }, (_, code) =>
    pattern.test(String.fromCharCode(code)) ? 1 : 0,
  );
}

/**
 * The runs of at least so many such characters. The loop inspects the last position that a run
 * must reach and goes back from there, so that it skips most characters: 0.4 µs for a usual body,
 * where a pattern takes 7 µs.
 */
export function longRuns(text: string, characters: Uint8Array, least = LONG): readonly string[] {
  let found: string[] | undefined;
  for (let start = 0; start + least <= text.length; ) {
    let at = start + least - 1;
    while (at >= start && characters[text.charCodeAt(at)] === 1) at--;
    if (at >= start) {
      start = at + 1;
      continue;
    }
    let end = start + least;
    while (end < text.length && characters[text.charCodeAt(end)] === 1) end++;
    found ??= [];
    found.push(text.slice(start, end));
    start = end + 1;
  }
  return found ?? NONE;
}

/**
 * The secrets of at least 16 characters in a text, found at a lower cost than with {@link
 * hideSecrets}.
 */
export function longSecrets(text: string, isSecret: (word: string) => boolean): readonly string[] {
  let found: Set<string> | undefined;
  const add = (secret: string): void => {
    found ??= new Set();
    found.add(secret);
  };
  for (const word of longRuns(text, IN_WORD)) {
    if (isSecret(word)) add(word);
    else for (const part of longRuns(word, IN_PART)) if (part !== word && isSecret(part)) add(part);
  }
  return found === undefined ? NONE : [...found];
}

const NONE: readonly string[] = [];

/** A cut secret is masked if at least this many of its characters remain. */
const SECRET_START = 12;

/** Returns `text` without the secrets, and without the beginning of a secret that was cut. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  let left = text;
  for (const secret of secrets) {
    const start = secret.slice(0, SECRET_START);
    for (let at = left.indexOf(start); at >= 0; at = left.indexOf(start, at + MASK.length)) {
      let end = at + start.length;
      while (end < left.length && end - at < secret.length && left[end] === secret[end - at]) end++;
      left = left.slice(0, at) + MASK + left.slice(end);
    }
  }
  return left;
}

/**
 * A caller's word in a text for people. A long word is replaced by its length and not cut, because
 * part of a secret would not be recognised as a secret.
 */
export const shown = (text: string, longest = 64): string =>
  text.length <= longest ? text : `(${text.length} characters)`;
