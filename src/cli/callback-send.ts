// `ordergate callbacks send`: a body of one's own, signed as an endpoint's callbacks are.
import { readFileSync } from 'node:fs';
import { UsageError } from '../config.ts';
import { inOneLine, print, say } from './output.ts';
import { postCallback } from './post-callback.ts';
import { readerOf } from './reads.ts';
import type { ServerValues } from './target.ts';

interface Sent {
  readonly headers: Readonly<Record<string, string>>;
  readonly posted: {
    readonly status: number | null;
    readonly error: string | null;
    readonly answer: string;
  } | null;
}

interface SendValues extends ServerValues {
  readonly body?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly to?: string | undefined;
  readonly 'content-type'?: string | undefined;
  readonly json: boolean;
}

/**
 * Without `to` the server posts to the endpoint's own address, through the guard that keeps callbacks
 * out of private networks. With `to` the server only signs, and this machine posts, so that a server
 * can never be told to post to an address of somebody's choice.
 *
 * @returns 0 if the receiver acknowledged, 1 if it did not
 */
export async function sendOwn(values: SendValues): Promise<number> {
  const { body: given, endpoint, to, json } = values;
  if (given === undefined || endpoint === undefined) {
    throw new UsageError(
      'say what goes where: --body TEXT|@FILE|@- and --endpoint ID (ordergate callbacks endpoints lists them)',
    );
  }
  if (to !== undefined && !/^https?:\/\//.test(to)) {
    throw new UsageError(`--to is "${to}"; it has to be a URL such as http://127.0.0.1:3000/hook`);
  }
  const body = given.startsWith('@')
    ? readFileSync(given === '@-' ? 0 : given.slice(1), 'utf8')
    : given;
  const { headers, posted } = await readerOf(values).post<Sent>(
    `/callbacks/endpoints/${encodeURIComponent(endpoint)}/send`,
    { body, contentType: values['content-type'], post: to === undefined },
  );
  const result = posted ?? (await postCallback(to!, { headers, body }));
  const { status, error, answer } = result;
  const problem =
    error ?? (status !== null && status >= 200 && status < 300 ? null : `status ${status}`);
  if (json) print({ headers, status, problem, answer });
  else {
    for (const [name, value] of Object.entries(headers)) say(`${name}: ${value}`);
    say(
      status === null
        ? `no answer: ${inOneLine(problem ?? '')}`
        : `answered ${status}: ${inOneLine(answer)}`,
    );
    if (status !== null && problem !== null) say(`not acknowledged: ${inOneLine(problem)}`);
  }
  return problem === null ? 0 : 1;
}
