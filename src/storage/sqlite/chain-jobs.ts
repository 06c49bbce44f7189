// The hashes that the writer puts beside a change.
import { changeHash, documentDigest, type Link } from '../chain.ts';
import type { CommitJob, Place } from './job.ts';

export function chainChange(
  job: CommitJob,
  { owner, createdAt, head }: Place,
  version: number,
): Link {
  const { platform, orderId, state, at, attributes, lines } = job;
  const order = { platform, owner, orderId, createdAt, state, version };
  const document = documentDigest({ ...order, updatedAt: at, attributes, lines });
  return { document, hash: changeHash(head, job, { ...job, version }, document) };
}
