// `ordergate seed --platform P --orders N`: creates load data, which is equal in each run.

import { randomBytes } from 'node:crypto';
import { readConfig, readFlags, UsageError } from '../config.ts';
import type { NewOrder } from '../core/ledger.ts';
import type { Party } from '../core/party.ts';
import { openWorkplace, type Workplace } from '../main.ts';
import { ImportError, type Platform } from '../protocol/platform.ts';
import { settingsAmong } from './flags.ts';
import { complain, print, say } from './output.ts';
import { progress } from './progress.ts';
import { seed as TEXT } from './texts/serve.ts';

const BATCH = 1000;

export async function run(args: readonly string[]): Promise<number> {
  const { values } = readFlags(args, TEXT.flags);
  const count = /^\d{1,9}$/.test(values.orders ?? '') ? Number(values.orders) : 0;
  if (count === 0) throw new UsageError('--orders has to be a whole number of at least 1');
  const workplace = await openWorkplace({ config: readConfig(settingsAmong(values)) });
  try {
    const platform = workplace.platforms.find((p) => p.name === values.platform);
    if (!platform) {
      const known = workplace.platforms.map((p) => p.name).join(', ');
      throw new UsageError(`--platform has to be one of: ${known}`);
    }
    const party = await findOrMakeParty(workplace, platform, values, values.json ? complain : say);
    const created = await seedOrders(workplace, platform, party, count);
    if (values.json) {
      return print({ seeded: created, platform: platform.name, party: party.partyId });
    }
    say(`seeded ${created} orders of ${platform.name} party ${party.partyId}`);
    return 0;
  } finally {
    await workplace.storage.close();
  }
}

async function findOrMakeParty(
  { parties, clock }: Workplace,
  platform: Platform,
  {
    party: partyId,
    secret: given,
  }: { readonly party: string; readonly secret?: string | undefined },
  announce: (text: string) => void,
): Promise<Party> {
  const existing = parties.find(platform.name, partyId);
  if (existing) return existing;
  const secret = given ?? randomBytes(16).toString('hex');
  if (secret.length < 16) throw new UsageError('--secret has to be at least 16 characters');
  const party = platform.seed.party(partyId, secret, clock.now());
  try {
    platform.checkParty(party, parties.list(platform.name));
  } catch (error) {
    if (error instanceof ImportError) throw new UsageError(`--party: ${error.message}`);
    throw error;
  }
  await parties.create(party);
  if (given === undefined) announce(`made party ${partyId} with key ${secret}`);
  return party;
}

async function seedOrders(
  { storage, clock }: Workplace,
  platform: Platform,
  party: Party,
  count: number,
): Promise<number> {
  const show = progress('seeding', count);
  let created = 0;
  for (let start = 0; start < count; start += BATCH) {
    const now = clock.now();
    const length = Math.min(BATCH, count - start);
    const orders: NewOrder[] = Array.from({ length }, (_, i) =>
      platform.seed.order(party, start + i, now),
    );
    const result = await storage.ledger.createOrders({ orders, existing: 'skip', now });
    if (result.result === 'created') created += result.created;
    show(start + length);
  }
  return created;
}
