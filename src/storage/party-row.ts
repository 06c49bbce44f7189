// A party in storage: one JSON document with encrypted secrets.
import type { Party } from '../core/party.ts';
import type { Sealer } from './seal.ts';

const place = (party: Party, keyId: string): string =>
  `${party.platform}/${party.partyId}/${keyId}`;

export function partyToJson(party: Party, sealer: Sealer): string {
  const keys = party.keys.map((key) => ({
    ...key,
    secret: sealer.seal(key.secret, place(party, key.keyId)),
  }));
  const ended = party.ended?.map((key) => ({
    ...key,
    secret: sealer.seal(key.secret, place(party, key.keyId)),
  }));
  return JSON.stringify({ ...party, keys, ended });
}

export function partyFromJson(json: string, sealer: Sealer): Party {
  const party = JSON.parse(json) as Party;
  const keys = party.keys.map((key) => ({
    ...key,
    secret: sealer.open(key.secret, place(party, key.keyId)),
  }));
  // Parties that were stored before versions existed have none.
  const ended = party.ended?.map((key) => ({
    ...key,
    secret: sealer.open(key.secret, place(party, key.keyId)),
  }));
  return { ...party, version: party.version ?? 1, keys, ...(ended && { ended }) };
}
