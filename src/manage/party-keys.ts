// /parties/{platform}/{partyId}/keys: make a new key beside the older ones, and end one by itself.
import { z } from 'zod';
import { DAY, SECOND } from '../core/clock.ts';
import { endKey } from '../core/ended-keys.ts';
import { liveKeys, rotateKey } from '../core/party.ts';
import { MAX_LIVE_KEYS } from '../core/party-keys.ts';
import { type Endpoint, endpoint, findPlatform, ManageError } from './endpoint.ts';
import {
  checkKeys,
  givenSecret,
  newKeyId,
  newSecret,
  partySchema,
  secretSchema,
  unknownParty,
  view,
} from './parties.ts';

/** Enough for the other side to change over on a working day. */
const DEFAULT_OVERLAP_SECONDS = DAY / SECOND;

export const partyKeyEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'POST',
    path: '/parties/{platform}/{partyId}/keys',
    operationId: 'rotateKey',
    summary: 'Make a new key; the older ones hold on for a while',
    body: z.strictObject({
      secret: givenSecret,
      overlapSeconds: z
        .int()
        .min(0)
        .max(90 * DEFAULT_OVERLAP_SECONDS)
        .default(DEFAULT_OVERLAP_SECONDS)
        .describe('how long the keys that hold now go on; 0 ends them at once'),
      forget: z
        .boolean()
        .default(false)
        .describe(
          'true: the older keys have leaked, and are not kept when they end. Else the last 5 ended keys stay sealed for 90 days, so that a call signed with one of them can be told so',
        ),
    }),
    status: 201,
    response: z.object({ keyId: z.string(), secret: secretSchema, party: partySchema }),
    errors: {
      404: 'no such platform or party',
      409: `more than ${MAX_LIVE_KEYS} keys would hold`,
    },
    async handle({ params, body }, { parties, platforms, clock }) {
      const platform = findPlatform(platforms, params.platform!);
      const now = clock.now();
      const key = { keyId: newKeyId(), secret: body.secret ?? newSecret() };
      const changed = await parties.change(platform.name, params.partyId!, (party) => {
        const next = rotateKey(party, key, now, body.overlapSeconds * SECOND, body.forget);
        // Older keys may be of a time with other rules, and go on.
        checkKeys({ ...next, keys: next.keys.slice(0, 1) }, now, parties);
        if (liveKeys(next, now).length > MAX_LIVE_KEYS) {
          const message = `the party has ${MAX_LIVE_KEYS} keys that hold: end one of them first (DELETE …/keys/{keyId}), or all with overlapSeconds 0`;
          throw new ManageError(409, 'too-many-keys', message);
        }
        return next;
      });
      if (!changed) throw unknownParty(platform, params.partyId!);
      return { ...key, party: view(changed, now, await parties.keyUses.read()) };
    },
  }),
  endpoint({
    method: 'DELETE',
    path: '/parties/{platform}/{partyId}/keys/{keyId}',
    operationId: 'endKey',
    summary: 'End a key at once, such as an old one that its party does not use any more',
    status: 200,
    response: partySchema,
    errors: { 404: 'no such platform, party or key', 409: 'no other key holds' },
    async handle({ params }, { parties, platforms, clock }) {
      const platform = findPlatform(platforms, params.platform!);
      const now = clock.now();
      const { keyId } = params;
      const changed = await parties.change(platform.name, params.partyId!, (party) => {
        const live = liveKeys(party, now);
        if (!live.some((key) => key.keyId === keyId)) {
          const known = live.map((key) => key.keyId).join(', ');
          const message = `the party has no key "${keyId}" that holds; there are: ${known}`;
          throw new ManageError(404, 'unknown-key', message, 'keyId');
        }
        if (live.length === 1) {
          const message =
            'it is the only key that holds: make another one first, or switch the party off';
          throw new ManageError(409, 'only-key', message, 'keyId');
        }
        return endKey(party, keyId!, now);
      });
      if (!changed) throw unknownParty(platform, params.partyId!);
      return view(changed, now, await parties.keyUses.read());
    },
  }),
];
