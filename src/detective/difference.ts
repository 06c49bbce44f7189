// Where two strings to sign part, with secrets and bodies named only.

export interface Difference {
  /** The index in our string, in UTF-16 code units. */
  readonly at: number;
  readonly ours: string;
  readonly yours: string;
}

/** What is shown of each string from the difference on. */
const SHOWN = 32;
const NAMED = /\{[^{}]*\}/g;

/** Null where they are equal. A difference within a `{name}` is shown from its beginning, whole. */
export function differenceOf(ours: string, yours: string): Difference | null {
  if (ours === yours) return null;
  let at = 0;
  while (at < ours.length && at < yours.length && ours[at] === yours[at]) at++;
  for (const text of [ours, yours]) {
    for (const { 0: name, index } of text.matchAll(NAMED)) {
      if (index < at && at < index + name.length) at = index;
    }
  }
  return { at, ours: excerpt(ours, at), yours: excerpt(yours, at) };
}

function excerpt(text: string, at: number): string {
  NAMED.lastIndex = at;
  const named = NAMED.exec(text);
  const end = named?.index === at ? at + named[0].length : at + SHOWN;
  return text.slice(at, end);
}
