// The management API's calls for a listener.
import type { Config } from '../config.ts';
import type { OpenedListener, PulledBatch, PulledCallback } from '../core/listeners.ts';
import { callServer } from './server.ts';

export type { PulledBatch, PulledCallback };

export interface ListenerApi {
  open(wanted: object): Promise<Pick<OpenedListener, 'session' | 'cursor' | 'waiting' | 'secret'>>;
  pull(page: {
    readonly session: string;
    readonly after: number;
    readonly limit: number;
    readonly waitSeconds: number;
  }): Promise<PulledBatch>;
  /** Why the answer is no acknowledgement; null if it is one. */
  judge(answer: { readonly status: number; readonly body: string }): Promise<string | null>;
  acknowledge(done: {
    readonly session: string;
    readonly cursor: number;
    readonly resends: readonly { readonly seq: number; readonly times: number }[];
  }): Promise<unknown>;
}

export function listenerApi(url: string, config: Config, name: string): ListenerApi {
  const at = `/callbacks/listeners/${encodeURIComponent(name)}`;
  const post = <Answer>(path: string, body: object): Promise<Answer> =>
    callServer<Answer>(url, 'POST', path, config, body);
  return {
    open: (wanted) => post('/callbacks/listeners', { name, ...wanted }),
    pull: (page) => post(`${at}/pull`, page),
    judge: async (answer) =>
      (await post<{ problem: string | null }>(`${at}/judge`, answer)).problem,
    acknowledge: (done) => post(`${at}/acknowledge`, done),
  };
}
