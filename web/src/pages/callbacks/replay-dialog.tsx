// Sends many callbacks again: it counts first, and starts a job only after the number has been seen.
import { useQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import Modal from 'antd/es/modal';
import { useState } from 'react';
import { ApiError, ask } from '../../api/client.ts';
import { queryClient } from '../../api/queries.ts';
import type { ReplayJob } from '../../api/types.ts';
import { Loading, Problem } from '../../parts/problem.tsx';
import { callbackTexts } from '../../texts/callbacks.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { common } from '../../texts/common.ts';
import { JobProgress } from './jobs.tsx';

export interface ReplayFilter {
  readonly deliveryIds?: readonly number[];
  readonly endpointId?: string;
  readonly platform?: string;
  readonly party?: string;
  readonly state?: string;
  readonly from?: string;
  readonly to?: string;
}

const start = (filter: ReplayFilter, dryRun: boolean) =>
  ask<ReplayJob>('/callbacks/replay-jobs', { method: 'POST', body: { ...filter, dryRun } });

export function ReplayDialog({
  filter,
  onClose,
}: {
  readonly filter: ReplayFilter;
  readonly onClose: () => void;
}) {
  const t = useTexts(callbackTexts);
  const c = useTexts(common);
  const [job, setJob] = useState<ReplayJob | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const counted = useQuery({
    queryKey: ['replay-count', filter],
    queryFn: () => start(filter, true),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const { total = 0, isMore = false } = counted.data ?? {};
  const begin = async () => {
    try {
      setJob(await start(filter, false));
      void queryClient.invalidateQueries({ queryKey: ['jobs'] });
    } catch (caught) {
      if (!(caught instanceof ApiError)) throw caught;
      setError(caught);
    }
  };
  return (
    <Modal
      open
      title={t.replay}
      onCancel={onClose}
      footer={
        <>
          <Button onClick={onClose}>{job ? c.close : c.cancel}</Button>
          {!job && (
            <Button type="primary" disabled={total === 0} onClick={begin}>
              {t.start}
            </Button>
          )}
        </>
      }
    >
      {counted.isPending && <Loading rows={1} />}
      {counted.error && <Problem error={counted.error} onRetry={() => counted.refetch()} />}
      {counted.data && !job && (
        <>
          <p role="status">
            {total === 0 ? t.countedNone : t.counted(isMore ? `${total}+` : String(total))}
          </p>
          {total > 0 && <p className="muted">{t.countedHint}</p>}
        </>
      )}
      {error && <Problem error={error} />}
      {job && <JobProgress jobId={job.jobId} />}
    </Modal>
  );
}
