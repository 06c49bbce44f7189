// Reads a request target: its path and its query, in origin form or in absolute form.

export interface Target {
  /** The path as received; never empty. */
  readonly path: string;
  /** The text after the first `?`; empty if there is none. */
  readonly query: string;
  /**
   * The host (and port) of a target in absolute form, without user info. Undefined in origin form.
   */
  readonly host: string | undefined;
}

/** RFC 9112, 3.2.2: the form that a client sends if it takes the gateway for a proxy. */
const ABSOLUTE = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i;

/**
 * The target is never resolved against a base URL, because `//Api/…` would then name a host. The
 * user info of an absolute target is removed here, so that no log can show it.
 */
export function readTarget(url: string): Target {
  if (url.charCodeAt(0) === 0x2f) return split(url, undefined);
  const absolute = ABSOLUTE.exec(url);
  if (!absolute) return split(url === '' ? '/' : url, undefined);
  const rest = url.slice(absolute[0].length);
  const authority = absolute[1]!;
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  return split(rest.startsWith('/') ? rest : `/${rest}`, host);
}

function split(url: string, host: string | undefined): Target {
  const mark = url.indexOf('?');
  if (mark < 0) return { path: url, query: '', host };
  return { path: url.slice(0, mark), query: url.slice(mark + 1), host };
}
