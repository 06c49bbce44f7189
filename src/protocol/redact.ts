// Takes secrets out of texts for the request log: by the name they stand under, and by what they are.

/**
 * Names under which secrets stand, in any case of letters, as a pattern without groups that capture.
 * Card codes and passwords go by many names in the trade. Each platform adds what signs its calls.
 */
export const SECRET_NAMES =
  'card\\w{0,20}|\\w{0,20}secret|\\w{0,20}token|\\w{0,20}password|passwd|pwd|pass_?phrase' +
  '|cd_?key|pin|pin_?code|cvv2?|kami|key|(?:md5|api|private|auth|sign|access)_?key|authorization' +
  '|卡密|卡号|卡券密码|密码|口令|密钥|秘钥|私钥|提货码|兑换码|激活码';

/**
 * A part that each of {@link SECRET_NAMES} has. A text without any of these parts holds no such name; to see
 * that takes 1 µs for a usual body, and the patterns below take 6 µs.
 */
const PART_OF_A_NAME =
  /c(?:ard|vv)|secret|token|p(?:ass|wd|in)|k(?:ami|ey)|authorization|[\u0080-\uffff]/i;

export const MASK = '***';

const NAME = new RegExp(`^(?:${SECRET_NAMES})$`, 'i');

export function isSecretName(name: string): boolean {
  return name.length <= 40 && NAME.test(name);
}

/** A quoted name and its colon; inside of JSON strings the quotes have backslashes before them. */
const NAMED = new RegExp(`(\\\\{0,15})(["'])(?:${SECRET_NAMES})\\1\\2\\s*:\\s*`, 'gi');

/**
 * JSON, or what resembles it, with what stands under {@link SECRET_NAMES} masked: also in JSON inside
 * of a string, with single quotes, and in a document that is cut off.
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

/** @param depth backslashes before the quotes of the document's level */
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

/** An opening tag, plain or URL-encoded; a prefix and attributes may stand in it. */
const TAG = new RegExp(
  `(?:<|%3C)(?:\\w{1,20}(?::|%3A))?(${SECRET_NAMES})(?:[\\s+][^<>%]{0,200})?(?:>|%3E)`,
  'gi',
);
const FIELD = new RegExp(`(^|[&?])(${SECRET_NAMES})=[^&]*`, 'gi');

/** XML and forms, URL-encoded or not, with what stands under {@link SECRET_NAMES} masked. */
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

/** What a secret may be part of, with URL-encoded characters kept apart from it. */
const WORD = /%[0-9a-f]{2}|[\w+/=.~-]{8,}/gi;

/** What `/`, `=` and `+` separate in a path, a query or a form: a token in base64url has `-` and `_`. */
const PATH_PART = /[\w.~-]{8,}/g;

/** `text` without the secrets that stand in it as words of their own. */
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

/** As long as a new key and an imported token are at least; most words of a call are shorter. */
const LONG = 16;
const IN_WORD = charactersOf(/[\w+/=.~-]/);
const IN_PART = charactersOf(/[\w.~-]/);

/** By code of ASCII: 1 for the characters that the pattern matches. */
function charactersOf(pattern: RegExp): Uint8Array {
  return Uint8Array.from({ length: 128 }, (_, code) =>
    pattern.test(String.fromCharCode(code)) ? 1 : 0,
  );
}

/**
 * The longest runs of such characters that have at least {@link LONG}. It looks at the last place that a run
 * must reach and goes back from there, so that most characters are not read: 0.4 µs for a usual body, where
 * a pattern takes 7 µs.
 */
function longRuns(text: string, characters: Uint8Array): string[] {
  const found: string[] = [];
  for (let start = 0; start + LONG <= text.length; ) {
    let at = start + LONG - 1;
    while (at >= start && characters[text.charCodeAt(at)] === 1) at--;
    if (at >= start) {
      start = at + 1;
      continue;
    }
    let end = start + LONG;
    while (end < text.length && characters[text.charCodeAt(end)] === 1) end++;
    found.push(text.slice(start, end));
    start = end + 1;
  }
  return found;
}

/** The secrets that stand in a text, found for less than {@link hideSecrets} costs: none shorter than 16 characters. */
export function longSecrets(text: string, isSecret: (word: string) => boolean): string[] {
  const found = new Set<string>();
  for (const word of longRuns(text, IN_WORD)) {
    if (isSecret(word)) found.add(word);
    else
      for (const part of longRuns(word, IN_PART))
        if (part !== word && isSecret(part)) found.add(part);
  }
  return [...found];
}

/** So many characters of a secret that was cut are still masked. */
const SECRET_START = 12;

/** `text` without the secrets, and without the beginning of one that was cut. */
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

/** A caller's word in a text for people. A part of a long one could be that of a secret, and would not be recognized as one. */
export const shown = (text: string, longest = 64): string =>
  text.length <= longest ? text : `(${text.length} characters)`;
