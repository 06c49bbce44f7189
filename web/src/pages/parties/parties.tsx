// Who may call: every party with its grants, addresses and keys; and whether an address would be let in.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { ask } from '../../api/client.ts';
import { overviewQuery } from '../../api/queries.ts';
import type { Page, Party } from '../../api/types.ts';
import { useMay } from '../../app/me.tsx';
import { PARTIES } from '../../lists/definitions.ts';
import { ExportLink } from '../../lists/export-link.tsx';
import { FilterBar } from '../../lists/filter-bar.tsx';
import { type Column, ListTable } from '../../lists/list-table.tsx';
import { listQuery, useList, wholeQuery } from '../../lists/use-list.ts';
import { Go, places, useGo } from '../../parts/go.tsx';
import { Time } from '../../parts/time.tsx';
import { CopyButton, Id, Status } from '../../parts/values.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { common } from '../../texts/common.ts';
import { partyTexts } from '../../texts/parties.ts';
import { Admission } from './admission.tsx';

export const lastUseOf = ({ keys }: Party): string | null =>
  keys.map(({ lastUsedAt }) => lastUsedAt ?? '').reduce((a, b) => (a > b ? a : b), '') || null;

export function Parties() {
  const t = useTexts(partyTexts);
  const c = useTexts(common);
  const go = useGo();
  const list = useList(PARTIES, '/parties');
  const may = useMay();
  const { data: overview } = useQuery(overviewQuery);
  const asked = listQuery(list);
  const parties = useQuery({
    queryKey: ['parties', asked],
    queryFn: ({ signal }) => ask<Page<Party>>('/parties', { query: asked, signal }),
    placeholderData: keepPreviousData,
  });
  return (
    <div className="page wide">
      <div className="title">
        <h1>{t.title}</h1>
        {may('createParty') && (
          <Button type="primary" onClick={() => go({ to: '/parties/new' })}>
            {t.create}
          </Button>
        )}
      </div>
      <Admission />
      <FilterBar
        list={list}
        fields={[
          {
            name: 'platform',
            label: c.platform,
            options: (overview?.platforms ?? []).map((one) => ({
              value: one.name,
              label: one.name,
            })),
            width: 110,
          },
          { name: 'q', label: t.search, width: 220 },
          {
            name: 'enabled',
            label: t.enabled,
            options: [
              { value: 'true', label: t.on },
              { value: 'false', label: t.off },
            ],
            width: 110,
          },
        ]}
      />
      <ListTable
        list={list}
        query={parties}
        label={t.title}
        columns={useColumns()}
        rowKey={(party) => `${party.platform} ${party.partyId}`}
        placeOf={(party) => places.party(party.platform, party.partyId)}
        empty={{ title: t.emptyTitle, hint: t.emptyHint }}
        tools={<ExportLink what="parties" query={wholeQuery(list)} operation="exportParties" />}
      />
    </div>
  );
}

function useColumns(): Column<Party>[] {
  const t = useTexts(partyTexts);
  const c = useTexts(common);
  return [
    {
      key: 'party',
      title: c.party,
      onPhone: true,
      render: ({ platform, partyId }) => (
        <span className="copy-id">
          <Go place={places.party(platform, partyId)}>
            <Id id={partyId} />
          </Go>
          <CopyButton text={partyId} />
        </span>
      ),
    },
    {
      key: 'platform',
      title: c.platform,
      onPhone: true,
      render: ({ platform }) => platform,
    },
    {
      key: 'enabled',
      title: t.enabled,
      render: ({ enabled }) => (
        <Status tone={enabled ? 'success' : 'default'} text={enabled ? t.on : t.off} />
      ),
    },
    {
      key: 'grants',
      title: t.grants,
      render: ({ grants }) => (
        <span className="cut" title={grants.join(', ')}>
          {grants.length === 0 ? '–' : grants.join(', ')}
        </span>
      ),
    },
    {
      key: 'addresses',
      title: t.addresses,
      render: ({ addresses }) =>
        addresses.length === 0 ? (
          <span className="muted">{t.addressesAny}</span>
        ) : (
          addresses.join(', ')
        ),
    },
    {
      key: 'keys',
      title: t.keys,
      align: 'right',
      render: ({ keys }) => keys.length,
    },
    {
      key: 'used',
      title: t.lastUsed,
      render: (party) => {
        const at = lastUseOf(party);
        return at === null ? <span className="muted">{t.neverUsed}</span> : <Time at={at} />;
      },
    },
  ];
}
