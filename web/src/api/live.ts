// What happens on the server, as it happens: one event stream for each window that somebody looks at.
import { useEffect, useRef, useSyncExternalStore } from 'react';
import type { Figures } from './figures.ts';
import type { GatewayCall, Order } from './types.ts';

export interface LiveEvents {
  readonly order: Pick<Order, 'platform' | 'orderId' | 'party' | 'version'> & {
    readonly from: string | null;
  };
  readonly call: Pick<
    GatewayCall,
    'id' | 'platform' | 'party' | 'method' | 'outcome' | 'refused'
  > & {
    readonly orderId: string | null;
  };
  readonly deliveries: {
    readonly endpointId: string;
    readonly platform: string;
    readonly party: string;
  };
  readonly overview: Figures;
  readonly reload: { readonly topics: readonly string[] };
}

type Name = keyof LiveEvents;
export type LiveEvent = { [N in Name]: { readonly name: N; readonly data: LiveEvents[N] } }[Name];

const NAMES: readonly Name[] = ['order', 'call', 'deliveries', 'overview', 'reload'];
const TOPICS = ['orders', 'calls', 'deliveries', 'overview'] as const;
let topics: readonly (typeof TOPICS)[number][] = TOPICS;
/** A browser that is refused does not ask again by itself. */
const RETRY_MS = 30_000;
/** While the stream tells what changes, the server is asked this seldom for what time alone changes. */
const SELDOM_MS = 60_000;

const listeners = new Set<(event: LiveEvent) => void>();
const watchers = new Set<() => void>();
let source: EventSource | undefined;
let retry: ReturnType<typeof setTimeout> | undefined;
let connected = false;

const setConnected = (value: boolean): void => {
  if (connected === value) return;
  connected = value;
  document.documentElement.dataset.live = String(value);
  for (const watch of watchers) watch();
};

/** Browsers open six connections to a server: a window that nobody sees keeps none. */
function connect(): void {
  clearTimeout(retry);
  if (source || document.hidden || listeners.size === 0) return;
  const opened = new EventSource(`/manage/v1/events?topics=${topics.join()}`);
  source = opened;
  opened.addEventListener('hello', () => setConnected(true));
  opened.onerror = () => {
    setConnected(false);
    if (opened.readyState !== EventSource.CLOSED) return;
    disconnect();
    retry = setTimeout(connect, RETRY_MS);
  };
  for (const name of NAMES) {
    opened.addEventListener(name, ({ data }: MessageEvent<string>) => {
      const event = { name, data: JSON.parse(data) } as LiveEvent;
      for (const listener of listeners) listener(event);
    });
  }
}

function disconnect(): void {
  clearTimeout(retry);
  source?.close();
  source = undefined;
  setConnected(false);
}

document.addEventListener('visibilitychange', () => (document.hidden ? disconnect() : connect()));

/** A reader who may see no orders follows the other topics; set before the first listener. */
export function followOrders(isAllowed: boolean): void {
  topics = TOPICS.filter((topic) => isAllowed || topic !== 'orders');
}

/** Calls `listener` for every event while the component is there. */
export function useLive(listener: (event: LiveEvent) => void): void {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => {
    const listen = (event: LiveEvent) => latest.current(event);
    listeners.add(listen);
    connect();
    return () => {
      listeners.delete(listen);
      if (listeners.size === 0) disconnect();
    };
  }, []);
}

function watchConnection(watch: () => void): () => void {
  watchers.add(watch);
  return () => watchers.delete(watch);
}

/** Whether the stream is there; without it, pages ask the server again and again. */
export const useIsLive = (): boolean => useSyncExternalStore(watchConnection, () => connected);

/** For a query: how soon to ask again, where the stream tells what changes and where it does not. */
export const untilAsked = (ms: number) => (): number => (connected ? Math.max(ms, SELDOM_MS) : ms);
