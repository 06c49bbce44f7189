// /parties/{platform}/{partyId}/apps: one app of a party, added, changed or removed without the others.
import { z } from 'zod';
import type { JsonObject } from '../core/order.ts';
import type { Party } from '../core/party.ts';
import type { PartyApps } from '../protocol/party-apps.ts';
import { ImportError, type Platform } from '../protocol/platform.ts';
import { type Endpoint, endpoint, findPlatform, ManageError } from './endpoint.ts';
import { changeMatching, ifMatchHeader } from './if-match.ts';
import { check, partySchema, unknownParty, view } from './parties.ts';

const errors = {
  404: 'no such platform or party',
  412: 'the party has another version than If-Match names',
};

export const partyAppEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'PUT',
    path: '/parties/{platform}/{partyId}/apps/{appid}',
    operationId: 'savePartyApp',
    summary: 'Add an app to a party, or replace the one of that id; the other apps stay',
    headers: z.object(ifMatchHeader),
    body: z
      .record(z.string(), z.json())
      .describe(
        'the app without its appid: environment, functions, online, allowedIps, callbackUrl',
      ),
    status: 200,
    response: partySchema,
    etag: ({ version }) => version,
    errors,
    async handle({ params, body, headers }, { parties, platforms, clock }) {
      const { platform, apps } = findApps(platforms, params.platform!);
      const place = [platform.name, params.partyId!] as const;
      const changed = await changeMatching(parties, place, headers, (party) => {
        const next = { ...party, attributes: put(apps, party, params.appid!, body as JsonObject) };
        check(platform, next, parties.list(platform.name));
        return next;
      });
      if (!changed) throw unknownParty(platform, params.partyId!);
      return view(changed, clock.now(), await parties.keyUses.read());
    },
  }),
  endpoint({
    method: 'DELETE',
    path: '/parties/{platform}/{partyId}/apps/{appid}',
    operationId: 'removePartyApp',
    summary: 'Remove an app from a party; its orders stay',
    headers: z.object(ifMatchHeader),
    status: 200,
    response: partySchema,
    etag: ({ version }) => version,
    errors: { ...errors, 404: 'no such platform, party or app' },
    async handle({ params, headers }, { parties, platforms, clock }) {
      const { platform, apps } = findApps(platforms, params.platform!);
      const place = [platform.name, params.partyId!] as const;
      const changed = await changeMatching(parties, place, headers, (party) => {
        const ids = apps.ids(party);
        if (!ids.includes(params.appid!)) {
          const message = `the party has no app "${params.appid}"; there are: ${ids.join(', ') || 'none'}`;
          throw new ManageError(404, 'unknown-app', message, 'appid');
        }
        return { ...party, attributes: apps.remove(party, params.appid!) };
      });
      if (!changed) throw unknownParty(platform, params.partyId!);
      return view(changed, clock.now(), await parties.keyUses.read());
    },
  }),
];

function findApps(
  platforms: readonly Platform[],
  name: string,
): { readonly platform: Platform; readonly apps: PartyApps } {
  const platform = findPlatform(platforms, name);
  const { apps } = platform;
  if (apps) return { platform, apps };
  throw new ManageError(400, 'no-apps', `parties of ${name} have no apps of their own`, 'platform');
}

function put(apps: PartyApps, party: Party, id: string, app: JsonObject): JsonObject {
  try {
    return apps.put(party, id, app);
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    throw new ManageError(400, 'bad-party', error.message, error.field);
  }
}
