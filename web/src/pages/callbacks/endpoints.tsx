// Where callbacks go: every endpoint, those that need attention first; or one of them.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { ask, path } from '../../api/client.ts';
import { endpointsQuery, platformsQuery } from '../../api/queries.ts';
import type { CallbackEndpoint } from '../../api/types.ts';
import { ENDPOINTS } from '../../lists/definitions.ts';
import { FilterBar } from '../../lists/filter-bar.tsx';
import { Pager } from '../../lists/pager.tsx';
import { listQuery, useList } from '../../lists/use-list.ts';
import { Loaded, Nothing } from '../../parts/problem.tsx';
import { callbackTexts } from '../../texts/callbacks.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { common } from '../../texts/common.ts';
import { EndpointCard } from './endpoint-card.tsx';
import { CallbackTabs } from './tabs.tsx';

export function Endpoints() {
  const { endpointId } = useParams({ strict: false }) as { endpointId?: string };
  return (
    <div className="page">
      <CallbackTabs />
      {endpointId === undefined ? <All /> : <One endpointId={endpointId} />}
    </div>
  );
}

function One({ endpointId }: { readonly endpointId: string }) {
  const found = useQuery({
    queryKey: ['endpoints', endpointId],
    queryFn: ({ signal }) =>
      ask<CallbackEndpoint>(path('callbacks', 'endpoints', endpointId), { signal }),
  });
  return <Loaded query={found}>{(endpoint) => <EndpointCard endpoint={endpoint} />}</Loaded>;
}

function All() {
  const t = useTexts(callbackTexts);
  const c = useTexts(common);
  const list = useList(ENDPOINTS, '/callbacks');
  const { data: platforms } = useQuery(platformsQuery);
  const endpoints = useQuery({
    ...endpointsQuery({ ...listQuery(list), sort: 'attention.asc' }),
    placeholderData: keepPreviousData,
  });
  const isFiltered = Object.keys(list.state.filters).length > 0;
  return (
    <>
      <FilterBar
        list={list}
        fields={[
          {
            name: 'platform',
            label: c.platform,
            options: (platforms?.items ?? []).map(({ name }) => ({ value: name, label: name })),
            width: 110,
          },
          { name: 'party', label: c.party, width: 220 },
        ]}
      />
      <Loaded query={endpoints}>
        {({ items }) => (
          <>
            {items.map((one) => (
              <EndpointCard key={one.endpointId} endpoint={one} />
            ))}
            {items.length === 0 && (
              <Nothing
                title={isFiltered ? c.emptyFiltered : t.endpointsNone}
                hint={isFiltered ? c.emptyHint : t.endpointsNoneHint}
              />
            )}
            <Pager list={list} query={endpoints} />
          </>
        )}
      </Loaded>
    </>
  );
}
