// How a scenario asks a server's management API: by HTTP, or by whatever else carries a call to it.
import type { Words } from './words.ts';

export interface ManagementAnswer {
  /** Whether the call was carried out; else `answer.error` says why not. */
  readonly isDone: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: each endpoint has an answer of its own.
  readonly answer: any & { readonly error?: { readonly message: string; readonly cause?: Words } };
}

/** @param path below /manage/v1 */
export type Management = (method: string, path: string, body?: object) => Promise<ManagementAnswer>;

/** The server does not answer, or is not Ordergate. */
export class UnreachableError extends Error {
  readonly code = 'ERR_UNREACHABLE';
  override readonly name = 'UnreachableError';
}

const LIMIT_MS = 30_000;

export function managementAt(manageUrl: string, token: string): Management {
  return async (method, path, body) => {
    const url = `${manageUrl}/manage/v1${path}`;
    const response = await fetch(url, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(LIMIT_MS),
    }).catch((error: Error) => {
      throw new UnreachableError(`no answer from ${url} (${reasonOf(error)})`);
    });
    const answer = await response.json().catch(() => undefined);
    if (answer !== undefined) return { isDone: response.ok, answer };
    throw new UnreachableError(`${url} answered ${response.status} without JSON; is it Ordergate?`);
  };
}

export const reasonOf = ({ cause, message }: Error): string =>
  cause instanceof Error && cause.message ? cause.message : message;
