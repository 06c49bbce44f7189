// The suite's look into the request log: no row holds a signature, a secret or a whole mobile number,
// neither of an accepted call nor of one that the first check refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WireRequest } from '../client/wire-protocol.ts';
import type { Fields } from '../protocol/contract.ts';
import { credentialsOf, type TestedPlatform, type TestedServer } from './tested.ts';

export function testRedaction({ platform, client, start }: Required<TestedPlatform>): void {
  const { name, contract } = platform;

  test(`${name}: the request log holds no signature, no secret and no mobile number`, async () => {
    const server = await start(platform);
    const calls: { title: string; hidden: string[]; id: string }[] = [];
    for (const [method, { samples, params }] of Object.entries(contract.methods)) {
      for (const {
        as,
        params: values,
        title: { en: sample },
      } of samples) {
        const credentials = credentialsOf(client, server, as);
        const now = Date.now();
        const write = (by: unknown) => client.write(by, method, values as never, now);
        const call = write(credentials);
        const signatures = signaturesOf(call, write(client.toCredentials(as, 'another key')));
        assert.ok(signatures.length > 0, `${method}: the client's call has no signature`);
        const hidden = [
          ...signatures,
          ...client.secrets.map((field) => String((credentials as Record<string, unknown>)[field])),
          ...secretsIn(params, values as Record<string, unknown>),
        ];
        for (const [what, sent] of Object.entries(variants(call))) {
          const title = `${method} (${sample}), ${what}`;
          calls.push({ title, hidden, id: await send(server, sent) });
        }
      }
    }
    for (const { title, hidden, id } of calls) {
      const row = await logged(server, id);
      for (const secret of hidden) {
        const isThere = row.toLowerCase().includes(secret.toLowerCase());
        assert.ok(!isThere, `${title}: the log holds ${secret}: ${row}`);
      }
    }
  });
}

/** The texts of a call that another key would change. The same arguments give the same bytes. */
function signaturesOf(call: WireRequest, byAnotherKey: WireRequest): string[] {
  const other = new Set(tokensOf(byAnotherKey));
  return tokensOf(call).filter((token) => !other.has(token));
}

const tokensOf = ({ path, headers, body }: WireRequest): string[] =>
  [path, ...Object.values(headers), percentDecoded(body)].flatMap(
    (text) => text.match(/[0-9A-Za-z+/_-]{20,}={0,2}/g) ?? [],
  );

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The call as it is, and calls that the platform refuses early. */
function variants(call: WireRequest): Readonly<Record<string, WireRequest>> {
  const { body } = call;
  return {
    'as it is': call,
    ...(body !== '' && {
      'the body cut by three characters': { ...call, body: body.slice(0, -3) },
      'the body with a character before it': { ...call, body: `!${body}` },
    }),
  };
}

/** Sends the bytes; answers the id of the call in the request log. */
async function send({ url }: TestedServer, call: WireRequest): Promise<string> {
  const { http: method, path, headers, body } = call;
  const sent = await fetch(url + path, { method, headers, ...(body !== '' && { body }) });
  await sent.arrayBuffer();
  return sent.headers.get('x-request-id') ?? 'none';
}

async function logged({ url, adminToken }: TestedServer, id: string): Promise<string> {
  const headers = { authorization: `Bearer ${adminToken}` };
  const found = await fetch(`${url}/manage/v1/requests/${id}`, { headers });
  const row = await found.text();
  assert.equal(found.status, 200, `the request log lacks request ${id}: ${row}`);
  return row;
}

/** The values of fields that the contract calls secret, and whole mobile numbers. */
function secretsIn(fields: Fields, values: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const value = values[name];
    if (value === undefined) return [];
    if (field.type === 'group') return secretsIn(field.fields, value as Record<string, unknown>);
    if (field.type === 'list') {
      if (!('fields' in field)) return [];
      return [value].flat().flatMap((one) => secretsIn(field.fields, one as never));
    }
    const isMobile = field.type === 'string' && field.format === 'mobile';
    return field.secret || isMobile ? [String(value)].filter((text) => text.length >= 8) : [];
  });
}
