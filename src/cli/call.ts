// `ordergate call`: sends one signed call to a gateway, ours or the real platform, and shows the
// exchange and what a refusal means.
import { readFileSync } from 'node:fs';
import {
  type AnyProtocol,
  createClient,
  type Exchange,
  protocolsOf,
  RefusedError,
  UnreadableReplyError,
} from '../callers.ts';
import { nearest, readConfig, readFlags, UsageError } from '../config.ts';
import { readParams } from './call-params.ts';
import { curlOf, exchangeText } from './call-print.ts';
import { secretFor } from './call-secret.ts';
import { EXIT, NetworkError as NoAnswer } from './errors.ts';
import { settingsAmong, wrongUse } from './flags.ts';
import { complain, print, say, visible } from './output.ts';
import { gatewayOf } from './target.ts';
import { call as TEXT } from './texts/develop.ts';
import { explainRefusal, wordsOf } from './why.ts';
import { wrapped } from './wrapped.ts';

/** Thrown by the fetch of a dry run in place of a byte on the network. */
class NotSent extends Error {}

export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = readFlags(args, TEXT.flags);
  const [given, ...words] = positionals;
  if (given === undefined) wrongUse(TEXT);
  const { platformsFile } = readConfig(settingsAmong(values));
  const protocols = await protocolsOf({
    'ORDERGATE_PLATFORMS (--platforms)': platformsFile,
    '--client': values.client,
  });
  const { platform, protocol, method } = findMethod(given, values.platform, protocols);
  const { params: fields, samples } = protocol.contract.methods[method]!;
  let input: string | undefined;
  const readInput = (): string => {
    input ??= readFileSync(0, 'utf8');
    return input;
  };
  const params = readParams(words, fields, readInput);
  const { gateway, log, isOwn } = gatewayOf(values);
  const party = values.as ?? samples[0]?.as;
  if (party === undefined) throw new UsageError('--as PARTY says who calls');
  const { secret, from } = await secretFor({ ...values, platform, party, isOwn, readInput });
  const credentials = {
    ...protocol.toCredentials(party, secret),
    ...credentialsOf(values.credential ?? [], readInput),
  };

  const { raw, json, 'dry-run': dryRun } = values;
  const exchanges: Exchange[] = [];
  let sent: RequestInit & { readonly url: string } = { url: gateway };
  let replied = '';
  const client = createClient(protocol, {
    baseUrl: gateway,
    credentials,
    attempts: 1,
    learnClock: false, // A call shows what the server says of this machine's clock.
    onExchange: (exchange) => exchanges.push(exchange),
    async fetch(url, init) {
      sent = { url: String(url), ...init };
      if (dryRun) throw new NotSent();
      const response = await fetch(url, init);
      replied = await response.clone().text();
      return response;
    },
  });
  const outcome = await client.try(method, params as never);
  const [exchange] = exchanges;

  if (dryRun) {
    if (raw) process.stdout.write(`${curlOf(sent)}\n`);
    else if (json) print({ platform, method, party, request: exchange!.request });
    else
      say(`${exchangeText(exchange!)}\n\nNot sent (--dry-run). --raw prints it as curl, signed.`);
    return EXIT.done;
  }
  if (raw && replied !== '') process.stdout.write(`${visible(replied)}\n`);
  if (outcome.ok) {
    if (json) print({ ok: true, ...about(exchange!), value: outcome.value });
    else if (!raw) say(`${exchangeText(exchange!)}\n\nDone, as ${party} (key: ${from}).`);
    return EXIT.done;
  }
  const { error } = outcome;
  const unproven = error instanceof UnreadableReplyError ? error.unproven : null;
  const isRefused =
    error instanceof RefusedError ||
    (unproven !== null && unproven.code !== protocol.contract.success);
  const asked = isRefused ? error.requestId : null;
  const why = log && asked !== null ? await explainRefusal(log, platform, asked) : null;
  const result = { ok: false, ...(exchange && about(exchange)), why };
  if (error instanceof RefusedError) {
    const text = wordsOf(error.refused, why);
    if (json) print({ ...result, refused: error.refused });
    else if (raw) complain(text);
    else say(`${exchangeText(exchange!)}\n\n${text}`);
    return EXIT.refused;
  }
  if (isRefused && unproven !== null) {
    // A server signs a SignFail with its own key, so a wrong key makes the reply unproven, too.
    const note = wrapped(
      'The signature of the reply does not fit the key: nothing proves who sent it.',
      '  ',
    );
    const text = `${wordsOf(unproven, why)}\n${note}`;
    if (json) print({ ...result, unproven });
    else if (raw) complain(text);
    else say(`${exchangeText(exchange!)}\n\n${text}`);
    return EXIT.refused;
  }
  if (exchange?.reply && !raw && !json) say(`${exchangeText(exchange)}\n`);
  const hint =
    isOwn && error.message.includes('ECONNREFUSED')
      ? '. `ordergate serve` starts the server; --port or PORT says where it is, if not there'
      : '';
  throw new NoAnswer(error.message + hint);
}

const about = ({ request, reply, milliseconds }: Exchange) => ({
  requestId: reply?.requestId ?? null,
  request,
  reply,
  milliseconds: Math.round(milliseconds),
});

interface Found {
  readonly platform: string;
  readonly protocol: AnyProtocol;
  readonly method: string;
}

/**
 * A method by its name, or by the end of its name after a dot where only one method ends so.
 * @throws {UsageError} names the nearest
 */
function findMethod(
  given: string,
  platform: string | undefined,
  protocols: Readonly<Record<string, AnyProtocol>>,
): Found {
  const names = Object.keys(protocols);
  if (platform !== undefined && !Object.hasOwn(protocols, platform)) {
    throw new UsageError(
      `there is no client for the platform "${platform}"; there are: ${names.join(', ')}. The nearest is: ${nearest(platform, names)}. Of a platform from outside, the module of --platforms or of --client has to export the client`,
    );
  }
  const all = Object.entries(protocols)
    .filter(([name]) => platform === undefined || name === platform)
    .flatMap(([name, protocol]) =>
      Object.keys(protocol.contract.methods).map((method) => ({
        platform: name,
        protocol,
        method,
      })),
    );
  const exact = all.filter(({ method }) => method === given);
  const found = exact.length > 0 ? exact : all.filter(({ method }) => method.endsWith(`.${given}`));
  if (found.length === 1) return found[0]!;
  const methods = all.map(({ method }) => method);
  if (found.length > 1)
    throw new UsageError(`several platforms have ${given}; --platform says which`);
  throw new UsageError(
    `there is no method "${given}"; there are: ${methods.join(', ')}. The nearest is: ${nearest(given, methods)}`,
  );
}

/** `--credential name=value`, with values as a parameter has them. */
function credentialsOf(words: readonly string[], readInput: () => string): Record<string, unknown> {
  const entries = words.map((word) => {
    const [, name, text] = /^(\w+)=(.*)$/s.exec(word) ?? [];
    if (name === undefined || text === undefined) {
      throw new UsageError(`--credential has to be name=value, such as format=xml`);
    }
    if (text === 'true' || text === 'false') return [name, text === 'true'];
    if (!text.startsWith('@')) return [name, text];
    const content = text === '@-' ? readInput() : readFileSync(text.slice(1), 'utf8');
    return [name, content.trim()];
  });
  return Object.fromEntries(entries);
}
