// "Would 203.0.113.7 be let in, and as whom?": asked of every list of addresses.
import { useInfiniteQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import Input from 'antd/es/input';
import { useState } from 'react';
import { ask } from '../../api/client.ts';
import type { Page, Admission as Row } from '../../api/types.ts';
import { Field } from '../../parts/field.tsx';
import { Go, places } from '../../parts/go.tsx';
import { Loaded } from '../../parts/problem.tsx';
import { Id, Status } from '../../parts/values.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { partyTexts } from '../../texts/parties.ts';

export function Admission({ of }: { readonly of?: { platform: string; partyId: string } }) {
  const t = useTexts(partyTexts);
  const [text, setText] = useState('');
  const [address, setAddress] = useState('');
  const found = useInfiniteQuery({
    queryKey: ['admissions', address, of],
    queryFn: ({ signal, pageParam: cursor }) =>
      ask<Page<Row>>('/admissions', {
        query: { address, platform: of?.platform, party: of?.partyId, cursor },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    enabled: address !== '',
    retry: false,
  });
  const why = {
    listed: t.whyListed,
    'no-list': t.whyNoList,
    'not-listed': t.whyNotListed,
    'switched-off': t.whyOff,
  };
  return (
    <section aria-labelledby="admit" className="panel">
      <h2 id="admit">{t.admit}</h2>
      <form
        className="fields"
        onSubmit={(event) => {
          event.preventDefault();
          setAddress(text.trim());
        }}
      >
        <Field label={t.admitHint}>
          {(id) => (
            <Input
              id={id}
              value={text}
              style={{ width: 240 }}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        <Button htmlType="submit" disabled={text.trim() === ''}>
          {t.admitAsk}
        </Button>
      </form>
      {address !== '' && (
        <Loaded query={found} rows={2}>
          {({ pages }) => (
            <ul className="rows admissions">
              {pages
                .flatMap(({ items }) => items)
                .map((one) => (
                  <li key={`${one.platform} ${one.partyId} ${one.app}`}>
                    <Status
                      tone={one.admitted ? 'success' : 'error'}
                      text={one.admitted ? t.admitted : t.denied}
                    />
                    <span className="muted">{one.platform}</span>
                    <Go place={places.party(one.platform, one.partyId)}>
                      <Id id={one.partyId} />
                    </Go>
                    {one.app !== null && (
                      <span>
                        {t.app} <Id id={one.app} length={16} />
                      </span>
                    )}
                    <span className="muted">{why[one.why]}</span>
                  </li>
                ))}
            </ul>
          )}
        </Loaded>
      )}
      {found.hasNextPage && (
        <Button loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t.admitMore}
        </Button>
      )}
    </section>
  );
}
