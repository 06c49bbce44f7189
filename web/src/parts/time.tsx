// Times as operators read them: how long ago, and exactly when in Asia/Shanghai.
import { useQuery } from '@tanstack/react-query';
import { createContext, type ReactNode, use, useEffect, useState } from 'react';
import { figuresQuery, overviewQuery } from '../api/queries.ts';
import { useMe } from '../app/me.tsx';
import { useTexts } from '../texts/catalogue.ts';
import { common } from '../texts/common.ts';

const EXACT = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Asia/Shanghai',
  dateStyle: 'short',
  timeStyle: 'medium',
});

/** 2026-01-02 11:04:05, in Asia/Shanghai. */
export const exactTime = (instant: string): string => EXACT.format(new Date(instant));

const ServerNow = createContext(0);

/** Tells all times of the pages beneath what the server's clock says: one question and one timer for all of them. */
export function ServerClock({ children }: { readonly children: ReactNode }) {
  // A partner may not ask for the overview of all parties; its own figures tell the time, too.
  const isPartner = useMe().scope !== null;
  const own = useQuery({ ...figuresQuery({}), enabled: isPartner });
  const all = useQuery({ ...overviewQuery, enabled: !isPartner });
  const { data, dataUpdatedAt } = isPartner ? own : all;
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 10_000);
    return () => clearInterval(timer);
  }, []);
  const serverNow = data ? Date.parse(data.now) + Math.max(0, now - dataUpdatedAt) : now;
  return <ServerNow value={serverNow}>{children}</ServerNow>;
}

/** The server's time, which a sandbox's clock may have moved: minutes ago are counted from there. */
export const useServerNow = (): number => use(ServerNow);

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A length of time in words: 3 minutes. */
export function useDuration(): (ms: number) => string {
  const t = useTexts(common);
  return (length) =>
    length < MINUTE
      ? t.seconds(Math.floor(length / 1000))
      : length < HOUR
        ? t.minutes(Math.floor(length / MINUTE))
        : length < 2 * DAY
          ? t.hours(Math.floor(length / HOUR))
          : t.days(Math.floor(length / DAY));
}

export function useRelative(): (instant: string) => string {
  const t = useTexts(common);
  const duration = useDuration();
  const now = useServerNow();
  return (instant) => {
    const away = Date.parse(instant) - now;
    if (Math.abs(away) < 5_000) return t.now;
    const text = duration(Math.abs(away));
    return away < 0 ? t.ago(text) : t.ahead(text);
  };
}

/** Both times; the year stands there where it is not this one. */
export function Time({ at }: { readonly at: string | null }) {
  const relative = useRelative();
  const now = useServerNow();
  if (at === null) return <span className="muted">–</span>;
  const exact = exactTime(at);
  const isThisYear = exact.slice(0, 4) === exactTime(new Date(now).toISOString()).slice(0, 4);
  return (
    <time dateTime={at} title={`${exact} Asia/Shanghai`} className="time">
      <span>{isThisYear ? exact.slice(5) : exact.slice(0, 16)}</span>{' '}
      <span className="muted">{relative(at)}</span>
    </time>
  );
}
