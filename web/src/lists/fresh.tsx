// "5 new: show": what came since a list was read. Rows come when somebody asks for them, and never jump.
import Button from 'antd/es/button';
import { useEffect, useState } from 'react';
import { type LiveEvent, useLive } from '../api/live.ts';
import { Icon } from '../parts/icon.tsx';
import { useTexts } from '../texts/catalogue.ts';
import { common } from '../texts/common.ts';
import type { List } from './use-list.ts';

/** More than a person counts. */
const MAX_COUNT = 999;

/**
 * @param keyOf what an event brings to the list; undefined of an event that does not concern it
 * @param readAt when the list was read; then nothing is new
 */
export function Fresh({
  list,
  keyOf,
  readAt,
  onShow,
  isUncounted,
}: {
  readonly list: List;
  readonly keyOf: (event: LiveEvent) => string | undefined;
  readonly readAt: number;
  readonly onShow: () => void;
  /** That the keys are not rows, so that their number means nothing. */
  readonly isUncounted?: true;
}) {
  const t = useTexts(common);
  const [keys, setKeys] = useState<ReadonlySet<string>>(new Set());
  // biome-ignore lint/correctness/useExhaustiveDependencies: a list that was read again has everything
  useEffect(() => setKeys(new Set()), [readAt]);
  useLive((event) => {
    const key = keyOf(event);
    if (key === undefined || keys.has(key) || keys.size >= MAX_COUNT) return;
    setKeys((before) => new Set([...before, key]));
  });
  // A page further down shows what was there when the list was opened.
  if (keys.size === 0 || list.state.trail.length > 0) return null;
  return (
    <div className="fresh" role="status">
      <Button size="small" icon={<Icon name="refresh" />} onClick={onShow}>
        {isUncounted
          ? t.freshSome
          : t.fresh(keys.size >= MAX_COUNT ? `${MAX_COUNT}+` : String(keys.size))}
      </Button>
    </div>
  );
}

/** Whether the event's fields are those that the list is filtered by. A filter that no event tells of fits none. */
export function fitsFilters(
  filters: Readonly<Record<string, string>>,
  data: Readonly<Record<string, unknown>>,
): boolean {
  return Object.entries(filters).every(
    ([name, value]) => name === 'from' || (name in data && String(data[name]) === value),
  );
}
