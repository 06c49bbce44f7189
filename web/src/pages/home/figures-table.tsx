// The overview's figures by platform and party; each leads to its rows.
import type { Figures, FiguresRow } from '../../api/figures.ts';
import { type Column, ListTable } from '../../lists/list-table.tsx';
import type { List } from '../../lists/use-list.ts';
import { Go, type Place, places } from '../../parts/go.tsx';
import { Id, many, share, took, yuan } from '../../parts/values.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { common } from '../../texts/common.ts';
import { homeTexts } from '../../texts/home.ts';

export function FiguresTable({
  list,
  query,
}: {
  readonly list: List;
  readonly query: {
    readonly data: Figures;
    readonly error: unknown;
    readonly isFetching: boolean;
    refetch(): unknown;
  };
}) {
  const t = useTexts(homeTexts);
  return (
    <>
      <ListTable
        list={list}
        query={query}
        label={t.byParty}
        columns={useColumns()}
        rowKey={({ platform, party }) => `${platform} ${party}`}
        placeOf={placeOf}
      />
      {query.data.isMore && <p className="muted">{t.moreRows}</p>}
    </>
  );
}

const scopeOf = ({ platform, party }: FiguresRow) => ({ platform, ...(party && { party }) });

const placeOf = (row: FiguresRow): Place =>
  row.party === null
    ? places.requests({ platform: row.platform })
    : places.party(row.platform, row.party);

function useColumns(): Column<FiguresRow>[] {
  const t = useTexts(homeTexts);
  const c = useTexts(common);
  const number = (
    key: string,
    title: string,
    value: (row: FiguresRow) => number,
    place: (row: FiguresRow) => Place,
    write: (value: number) => string = many,
  ): Column<FiguresRow> => ({
    key,
    title,
    align: 'right',
    sortBy: value,
    render: (row) => <Go place={place(row)}>{write(value(row))}</Go>,
  });
  const calls = (row: FiguresRow) => places.requests(scopeOf(row));
  const refused = (row: FiguresRow) => places.requests({ ...scopeOf(row), refused: 'true' });
  const waiting = (state: string) => (row: FiguresRow) =>
    places.deliveries({ ...scopeOf(row), state });
  const near = ({ platform }: FiguresRow) => places.orders({ preset: 'near-limit', platform });
  return [
    {
      key: 'party',
      title: c.party,
      onPhone: true,
      sortBy: ({ party }) => party ?? '',
      render: (row) => (
        <Go place={placeOf(row)}>
          {row.party === null ? t.unknownParty : <Id id={row.party} length={20} />}
        </Go>
      ),
    },
    {
      key: 'platform',
      title: c.platform,
      sortBy: ({ platform }) => platform,
      render: ({ platform }) => platform,
    },
    { ...number('calls', c.requests, (row) => row.calls.count, calls), onPhone: true },
    number(
      'rate',
      t.perSecond,
      (row) => row.calls.perSecond,
      calls,
      (rate) => rate.toFixed(1),
    ),
    {
      ...number(
        'success',
        t.successShare,
        (row) => row.calls.successShare ?? -1,
        refused,
        (part) => share(part < 0 ? null : part),
      ),
      onPhone: true,
    },
    number(
      'p95',
      t.duration,
      (row) => row.calls.p95Micros ?? -1,
      calls,
      (micros) => took(micros < 0 ? null : micros),
    ),
    number('pending', t.callbacksPending, (row) => row.callbacks.pending, waiting('pending')),
    number('failing', t.callbacksFailing, (row) => row.callbacks.failing, waiting('pending')),
    number('dead', t.callbacksDead, (row) => row.callbacks.dead, waiting('dead')),
    number('near', t.nearLimit, (row) => row.deadlines.orders, near),
    number('money', t.money, (row) => row.deadlines.amountFen, near, yuan),
  ];
}
