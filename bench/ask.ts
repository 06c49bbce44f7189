// One call before the measurement: its answer is what the floors give and what the plain stack has to give.
import { WrongAnswerError } from './load.ts';
import type { Call } from './method-requests.ts';
import type { RunningServer } from './servers.ts';

/** @throws {WrongAnswerError} where the answer lacks what the call expects */
export async function askOnce(server: RunningServer, { target, headers, body, expected }: Call) {
  const url = `http://127.0.0.1:${server.port}${target}`;
  const response = await fetch(url, { method: 'POST', headers, body });
  const text = await response.text();
  if (!text.includes(expected)) throw new WrongAnswerError(`${target} was answered ${text}`);
  return { contentType: response.headers.get('content-type')!, body: text };
}
