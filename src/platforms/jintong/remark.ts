// Remark arrives URL-encoded or plain; this is what it means either way.

const ESCAPES = /(?:%[0-9A-Fa-f]{2})+/g;

/**
 * f(t) of the settled protocol: `text` URL-decoded if it holds a `%XX` that decodes, else `text`
 * itself. A `%` that does not decode is plain text, a `+` is a space only where something decodes.
 */
export function decodeRemark(text: string): string {
  if (!text.includes('%')) return text;
  let decoded = false;
  const out = text.replaceAll('+', ' ').replace(ESCAPES, (run) => {
    const plain = decodeRun(run);
    if (plain !== run) decoded = true;
    return plain;
  });
  return decoded ? out : text;
}

/** Decodes a run of `%XX`, leaving alone what is not UTF-8. */
function decodeRun(run: string): string {
  let out = '';
  for (let at = 0; at < run.length; ) {
    const lead = Number.parseInt(run.slice(at + 1, at + 3), 16);
    const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    const sequence = run.slice(at, at + 3 * length);
    try {
      out += decodeURIComponent(sequence);
      at += sequence.length;
    } catch {
      out += run.slice(at, at + 3);
      at += 3;
    }
  }
  return out;
}
