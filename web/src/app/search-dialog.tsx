// The one search box: any id of any platform, or several at once; arrows choose, Enter opens.
import { useQuery } from '@tanstack/react-query';
import Input, { type InputRef } from 'antd/es/input';
import Modal from 'antd/es/modal';
import { useEffect, useRef, useState } from 'react';
import { ask } from '../api/client.ts';
import type { SearchHit } from '../api/types.ts';
import { type Place, places, useGo } from '../parts/go.tsx';
import { Loading, Problem } from '../parts/problem.tsx';
import { exactTime } from '../parts/time.tsx';
import { Id, StateTag } from '../parts/values.tsx';
import { useTexts } from '../texts/catalogue.ts';
import { common } from '../texts/common.ts';

interface Found {
  readonly items: readonly SearchHit[];
  readonly unknown: readonly string[];
}

const placeOf = ({ kind, platform, id }: SearchHit): Place =>
  ({
    order: places.order(platform, id),
    request: places.request(id),
    callback: places.delivery(id),
    party: places.party(platform, id),
  })[kind];

/** A person types; a question at each letter would ask for prefixes that nobody means. */
const WAIT_MS = 250;

export function SearchDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useTexts(common);
  const go = useGo();
  const input = useRef<InputRef>(null);
  const [text, setText] = useState('');
  const [asked, setAsked] = useState('');
  const [chosen, setChosen] = useState(0);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text.trim()), WAIT_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const found = useQuery({
    queryKey: ['search', asked],
    queryFn: ({ signal }) => ask<Found>('/search', { query: { q: asked }, signal }),
    enabled: asked !== '',
  });
  const hits = asked === '' ? [] : (found.data?.items ?? []);
  const orders = hits.filter(({ kind }) => kind === 'order');
  const at = Math.min(chosen, hits.length - 1);
  const open = (hit: SearchHit | undefined) => {
    if (!hit) return;
    onClose();
    go(placeOf(hit));
  };
  const openAll = () => {
    onClose();
    go(places.orders({ ids: orders.map(({ platform, id }) => `${platform}/${id}`).join(' ') }));
  };
  const kinds = {
    order: t.kindOrder,
    request: t.kindRequest,
    callback: t.kindCallback,
    party: t.kindParty,
  };
  return (
    <Modal
      open
      onCancel={onClose}
      footer={null}
      title={t.search}
      width={640}
      style={{ top: 48 }}
      afterOpenChange={(isOpen) => isOpen && input.current?.focus()}
    >
      <Input.TextArea
        ref={input as never}
        aria-label={t.searchHint}
        placeholder={t.searchHint}
        autoSize={{ minRows: 2, maxRows: 6 }}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setChosen(0);
        }}
        onKeyDown={(event) => {
          const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
          if (step !== undefined && hits.length > 0) {
            event.preventDefault();
            setChosen(Math.max(0, Math.min(hits.length - 1, at + step)));
          }
          if (event.key === 'Enter' && !event.shiftKey) {
            event.preventDefault();
            if (asked === text.trim()) open(hits[at]);
            else setAsked(text.trim());
          }
        }}
      />
      <p className="muted search-keys">{t.searchKeys}</p>
      {found.isFetching && !found.data && <Loading rows={2} />}
      {found.error && <Problem error={found.error} onRetry={() => found.refetch()} />}
      {orders.length > 1 && (
        <button type="button" className="link" onClick={openAll}>
          {t.searchOpenAll(orders.length)}
        </button>
      )}
      <ul className="hits" aria-label={t.search}>
        {hits.map((hit, i) => (
          <li key={`${hit.kind} ${hit.platform} ${hit.id}`}>
            <button
              type="button"
              className={i === at ? 'hit chosen' : 'hit'}
              aria-current={i === at}
              onClick={() => open(hit)}
            >
              <span className="hit-kind">{kinds[hit.kind]}</span>
              <Id id={hit.id} length={34} />
              <span className="muted">{hit.platform}</span>
              {hit.order ? (
                <StateTag
                  platform={hit.platform}
                  state={hit.order.state}
                  name={hit.order.stateName}
                />
              ) : (
                <span>{hit.title}</span>
              )}
              <span className="muted hit-why">
                {hit.why === 'key' ? t.whyKey : hit.why === 'end' ? t.whyEnd : ''}{' '}
                {hit.at !== null && exactTime(hit.at).slice(5, 16)}
              </span>
            </button>
          </li>
        ))}
      </ul>
      <p role="status" className="muted">
        {found.data && asked !== '' && found.data.unknown.length > 0
          ? t.searchNothing(found.data.unknown.join(', '))
          : ''}
      </p>
    </Modal>
  );
}
