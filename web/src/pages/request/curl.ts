// A logged call as a curl command: what the log masks has to be filled in before it is sent.
import type { GatewayCall } from '../../api/types.ts';

/** What a contract says of every call of a platform. */
export interface Envelope {
  readonly http?: string;
  readonly path?: string;
  readonly request?: Readonly<
    Record<
      string,
      { readonly place?: string; readonly example?: unknown; readonly secret?: boolean }
    >
  >;
}

/** A word in single quotes for a POSIX shell. */
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

export function curlOf(origin: string, envelope: Envelope, call: GatewayCall): string {
  const fields = Object.entries(envelope.request ?? {});
  const exampleOf = (name: string): string => {
    const { example = '' } = envelope.request?.[name] ?? {};
    // The account or partner is the party that the call named; the rest is as the contract's example.
    return name.toLowerCase().includes('account')
      ? (call.party ?? String(example))
      : String(example);
  };
  const path = (envelope.path ?? '/').replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(exampleOf(name)),
  );
  const named = (place: string) =>
    fields
      .filter(([, field]) => field.place === place)
      .map(([name, field]) => [name, field.secret ? `<${name}>` : exampleOf(name)] as const);
  const query = named('query')
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const headers = named('header').map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`);
  const url = `${origin}${path}${query === '' ? '' : `?${query}`}`;
  const method = envelope.http ?? 'POST';
  return [`curl -X ${method} ${quote(url)}`, ...headers, `--data-raw ${quote(call.body)}`].join(
    ' \\\n  ',
  );
}
