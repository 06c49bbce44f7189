// Asks the management API, and turns its refusals into errors that a page can show.

/** What the server refused, or that it could not be reached (status 0). */
export class ApiError extends Error {
  readonly status: number;
  /** Stable, for programs. */
  readonly code: string;
  readonly field: string | undefined;
  /** Why there is such an error, and what to do about it. */
  readonly why: Words | undefined;
  readonly remedy: Words | undefined;

  constructor(status: number, { code, message, field, cause, remedy }: ErrorAnswer) {
    super(message);
    this.status = status;
    this.code = code;
    this.field = field;
    this.why = cause;
    this.remedy = remedy;
  }
}

/** One text in both languages. */
export interface Words {
  readonly zh: string;
  readonly en: string;
}

interface ErrorAnswer {
  readonly code: string;
  readonly message: string;
  readonly field?: string | undefined;
  readonly cause?: Words | undefined;
  readonly remedy?: Words | undefined;
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Ask {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly query?: Query;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

let onSignedOut: () => void = () => {};

/** @param listener called where the server no longer knows who asks */
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener;
}

/** A path below the management API; each part is encoded, so that an id may hold a slash. */
export function path(...parts: readonly (string | number)[]): string {
  return `/${parts.map((part) => encodeURIComponent(String(part))).join('/')}`;
}

export function queryText(query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
}

/** @throws {ApiError} */
export async function ask<T>(
  target: string,
  { method = 'GET', query = {}, body, headers = {}, signal }: Ask = {},
): Promise<T> {
  const text = queryText(query);
  let response: Response;
  try {
    response = await fetch(`/manage/v1${target}${text === '' ? '' : `?${text}`}`, {
      method,
      headers: {
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, { code: 'unreachable', message: String((error as Error).message) });
  }
  const answer = await response.json().catch(() => undefined);
  if (response.ok) return answer as T;
  if (response.status === 401) onSignedOut();
  const said = answer?.error ?? {};
  throw new ApiError(response.status, { code: 'fault', message: response.statusText, ...said });
}
