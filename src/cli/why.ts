// Explains a refused call on a terminal: the code's cause and remedy, the row of the request log, and
// the detective's word on its signature.
import type { RefusedError } from '../callers.ts';
import type { Config } from '../config.ts';
import type { SignatureAnswer } from '../main.ts';
import { callServer, ServerRefusal } from './server.ts';
import { signatureText } from './signature-text.ts';
import { wrapped } from './wrapped.ts';

/** What the server's log says of a refused call. */
export interface Why {
  readonly refusedBy: string | null;
  readonly detail: string | null;
  /** The detective's answer; null unless the signature is wrong. */
  readonly signature: SignatureAnswer | null;
}

interface Row {
  readonly refusedBy: string | null;
  readonly detail: string | null;
  readonly why: { readonly ok: boolean | null } | null;
}

interface Log {
  readonly url: string;
  readonly config: Config;
}

/** The log is written in batches, a moment after the answer. */
const TRIES = 10;
const PAUSE_MS = 200;

/** Null if the log cannot be asked: the call's own answer stays what counts. */
export async function explainRefusal(
  { url, config }: Log,
  platform: string,
  requestId: string,
): Promise<Why | null> {
  for (let tries = 1; ; tries++) {
    try {
      const path = `/requests/${encodeURIComponent(requestId)}`;
      const { refusedBy, detail, why } = await callServer<Row>(url, 'GET', path, config, undefined);
      const isSigned = why === null || why.ok !== false;
      const signature = isSigned ? null : await askDetective({ url, config }, platform, requestId);
      return { refusedBy, detail, signature };
    } catch (error) {
      const isLate = error instanceof ServerRefusal && error.status === 404;
      if (!isLate || tries === TRIES) return null;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

export const askDetective = (
  { url, config }: Log,
  platform: string,
  requestId: string,
): Promise<SignatureAnswer> =>
  callServer(url, 'POST', '/debug/signature', config, { platform, requestId });

/** The words about a refusal, in lines of a terminal. `refused` is what the reply says. */
export function wordsOf(
  refused: Pick<RefusedError['refused'], 'code' | 'words'> &
    Partial<Pick<RefusedError['refused'], 'cause' | 'remedy'>>,
  why: Why | null,
): string {
  const { code, words, cause, remedy } = refused;
  const lines = [wrapped(`Refused with ${code}: ${words}`, '')];
  if (why?.detail) {
    const by = why.refusedBy === null ? '' : `${why.refusedBy}: `;
    lines.push(wrapped(`${by}${why.detail}`, '  '));
  }
  if (why?.signature) lines.push('', signatureText(why.signature));
  else {
    if (cause) lines.push(wrapped(`Cause: ${cause.en}`, '  '));
    if (remedy) lines.push(wrapped(`Remedy: ${remedy.en}`, '  '));
  }
  return lines.join('\n');
}
