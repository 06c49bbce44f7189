// Reads the event stream of a server's management API, for commands that wait for what happens.
import type { Config } from '../config.ts';
import { NetworkError } from './errors.ts';
import { readToken } from './server.ts';

/**
 * The server sends a comment every 15 seconds. After three times that silence the connection is dead, or
 * something in between holds the stream back.
 */
const SILENCE_MS = 45_000;

/**
 * Yields once after each part that the server sends, whatever is in it: an event, or a comment. Returns
 * when the stream ends or `signal` aborts.
 *
 * @throws {NetworkError} if the stream cannot be opened, breaks, or is silent for too long
 */
export async function* eventParts(
  url: string,
  config: Config,
  query: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): AsyncGenerator<void> {
  const given = Object.entries(query).filter((pair): pair is [string, string] => !!pair[1]);
  const target = `${url.replace(/\/+$/, '')}/manage/v1/events?${new URLSearchParams(given)}`;
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), SILENCE_MS);
  try {
    const response = await fetch(target, {
      headers: { authorization: `Bearer ${readToken(config)}`, accept: 'text/event-stream' },
      signal: AbortSignal.any([signal, silence.signal]),
    });
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      throw new NetworkError(`the event stream was answered with ${response.status}`);
    }
    for await (const _ of response.body) {
      timer.refresh();
      yield;
    }
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof NetworkError) throw error;
    const { cause, message } = error as Error;
    const reason = cause instanceof Error && cause.message ? cause.message : message;
    throw new NetworkError(`the event stream broke (${reason})`);
  } finally {
    clearTimeout(timer);
  }
}
