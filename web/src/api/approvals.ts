// The question what waits for a second person.
import { queryOptions } from '@tanstack/react-query';
import { ask } from './client.ts';

export interface Approval {
  readonly approvalId: string;
  readonly state: 'waiting' | 'approved' | 'refused';
  readonly operation: string;
  readonly target: string;
  readonly asked: Readonly<Record<string, unknown>>;
  readonly requestedBy: string;
  readonly requestedAt: string;
  readonly expiresAt: string;
  readonly decidedBy: string | null;
}

export const approvalsQuery = queryOptions({
  queryKey: ['approvals'],
  queryFn: ({ signal }) => ask<{ items: readonly Approval[] }>('/approvals', { signal }),
  refetchInterval: 10_000,
});
