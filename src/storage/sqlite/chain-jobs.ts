// The hashes that the writer puts beside a change and a creation.
import { changeHash, documentDigest } from '../chain.ts';
import type { CommitJob, CreateRow, Place } from './job.ts';

export function chainChange(
  job: CommitJob,
  { owner, createdAt, head }: Place,
  version: number,
): { readonly document: string; readonly hash: string } {
  const { platform, orderId, state, at, attributes, lines } = job;
  const order = { platform, owner, orderId, createdAt, state, version };
  const document = documentDigest({ ...order, updatedAt: at, attributes, lines });
  return { document, hash: changeHash(head, job, { ...job, version }, document) };
}

export function chainCreation(
  row: CreateRow,
  now: number,
): { readonly document: string; readonly hash: string } {
  const document = documentDigest({ ...row, version: 1, updatedAt: now });
  const { state: to, actor, note, requestId } = row;
  const change = {
    ...{ version: 1, at: now, action: 'created', line: null, from: null, to, actor, note },
    ...{ requestId, eventType: 'order.created', eventPayload: null },
  };
  return { document, hash: changeHash(null, row, change, document) };
}
