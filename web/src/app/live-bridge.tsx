// Lets the answers that a page shows be asked for anew when the event stream tells that they have changed.
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { followOrders, type LiveEvent, useIsLive, useLive } from '../api/live.ts';
import { PUSHED_FIGURES } from '../api/queries.ts';
import { useMay } from './me.tsx';

/** An answer is asked for at most so often, however much happens. */
const PACE_MS = 2_000;

/** The first parts of the keys of the queries that an event makes old. Lists are not among them: their rows would jump. */
function keysOf({ name, data }: LiveEvent): (readonly string[])[] {
  switch (name) {
    case 'order':
      return [['overview'], ['order', data.platform, data.orderId]];
    case 'call':
      return [
        ['series'],
        ...(data.refused ? [['overview'], ['refused-lately']] : []),
        ...(data.orderId ? [['order', data.platform, data.orderId]] : []),
      ];
    case 'deliveries':
      return [['overview'], ['endpoints'], ['order', data.platform], ['delivery'], ['health']];
    case 'overview':
      return [['figures-of']];
    case 'reload':
      return [
        ...[['overview'], ['figures'], ['figures-of'], ['series'], ['refused-lately']],
        ...[['endpoints'], ['order'], ['delivery']],
      ];
  }
}

export function LiveBridge() {
  const client = useQueryClient();
  const isLive = useIsLive();
  const waiting = useRef(new Map<string, readonly string[]>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const flush = () => {
    timer.current = undefined;
    const keys = [...waiting.current.values()];
    waiting.current.clear();
    for (const queryKey of keys) void client.invalidateQueries({ queryKey });
  };
  const seesOrders = useMay()('listOrders');
  // Runs before the listener of this component, which is the first of the page.
  useEffect(() => followOrders(seesOrders), [seesOrders]);
  useLive((event) => {
    if (event.name === 'overview') {
      // The usual view is what was pushed; a filtered one asks for its own figures.
      client.setQueryData(PUSHED_FIGURES, event.data);
    }
    for (const key of keysOf(event)) waiting.current.set(key.join(' '), key);
    timer.current ??= setTimeout(flush, PACE_MS);
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  // Where the stream was lost or has come back, what happened in between is not known.
  const was = useRef<boolean | null>(isLive ? true : null);
  useEffect(() => {
    const before = was.current;
    // The page has just been read when its first stream comes.
    if (isLive || before !== null) was.current = isLive;
    if (before === null || before === isLive) return;
    void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me' });
  }, [client, isLive]);
  return null;
}
