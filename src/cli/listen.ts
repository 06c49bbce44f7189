// `ordergate listen`: forwards a party's callbacks to URLs of this machine, and acknowledges what the
// receiver acknowledged.
import { readFlags, UsageError } from '../config.ts';
import { readDuration } from './duration.ts';
import { wrongUse } from './flags.ts';
import { type Forwarded, Forwarding } from './forwarding.ts';
import { listenerApi } from './listener-api.ts';
import { complain, inOneLine, say } from './output.ts';
import { serverOf } from './target.ts';
import { listen as TEXT } from './texts/callbacks.ts';

/** Enough for what was printed last to leave the process. */
const EXIT_MS = 300;

export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = readFlags(args, TEXT.flags);
  const { party, name, platform, since, endpoint, json } = values;
  const forwards = values['forward-to'] ?? [];
  const isWhole = party !== undefined && name !== undefined && platform !== undefined;
  if (positionals.length > 0 || !isWhole || forwards.length === 0) wrongUse(TEXT);
  const routes = forwards.map(readRoute);
  const { url, config } = serverOf(values);
  const sinceSeconds = since === undefined ? null : readDuration(since, '--since');
  const api = listenerApi(url, config, name);
  const opened = await api.open({ platform, party, endpointId: endpoint ?? null, sinceSeconds });
  const tell = json ? (row: object) => say(JSON.stringify(row)) : null;
  const { waiting, secret } = opened;
  const forwarding = new Forwarding({
    api,
    session: opened.session,
    cursor: opened.cursor,
    urlOf: ({ action, type }) =>
      (
        routes.find((r) => r.name === action || r.name === type) ??
        routes.find((r) => r.name === null)
      )?.url ?? null,
    onForwarded: (done) => (tell ? tell({ type: 'callback', ...done }) : say(lineOf(done))),
    onTrouble: (text) => (tell ? tell({ type: 'trouble', text }) : complain(text)),
  });
  const stop = (): void => forwarding.stop();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  if (tell) tell({ type: 'ready', name, platform, party, waiting, secret });
  else {
    say(`Listening as ${name} to the callbacks of ${platform} party ${party}. Ctrl-C ends it.`);
    if (secret !== null) say(`They are signed with ${secret}`);
    say(
      waiting === 0 ? 'Nothing waits.' : `${waiting} callbacks wait from before; they come first.`,
    );
  }
  await forwarding.run();
  // A pull that waits for callbacks would hold the process up for some seconds.
  setTimeout(() => process.exit(), EXIT_MS).unref();
  return 0;
}

function lineOf({
  at,
  event,
  orderId,
  version,
  again,
  status,
  problem,
  milliseconds,
  answer,
}: Forwarded) {
  const told = answer === '' ? '' : `  ${inOneLine(answer).slice(0, 40)}`;
  const what = `${at.slice(11, 19)} ${event} ${orderId} v${version}${again ? ' (sent again)' : ''}`;
  if (status === null && problem === null) return `${what}  no URL for it, passed over`;
  const result = status === null ? '' : ` ${status} in ${milliseconds} ms${told}`;
  return problem === null
    ? `${what} ->${result}`
    : `${what} ->${result}  not acknowledged: ${inOneLine(problem)}`;
}

interface Route {
  /** An action or an event type; null: everything else. */
  readonly name: string | null;
  readonly url: string;
}

/** `URL` or `action=URL`. @throws {UsageError} */
function readRoute(text: string): Route {
  const [, name, url = text] = /^([\w.-]+)=(.*)$/.exec(text) ?? [];
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (!parsed || !/^https?:$/.test(parsed.protocol)) {
    throw new UsageError(
      `--forward-to is "${text}"; it has to be a URL such as http://127.0.0.1:3000/hook, or action=URL`,
    );
  }
  return { name: name ?? null, url };
}
