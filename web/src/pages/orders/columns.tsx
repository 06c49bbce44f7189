// The columns of the list of orders.
import type { Order } from '../../api/types.ts';
import type { Column } from '../../lists/list-table.tsx';
import { Go, places } from '../../parts/go.tsx';
import { Time, useRelative } from '../../parts/time.tsx';
import { CopyButton, Id, StateTag, Status, yuan } from '../../parts/values.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { common } from '../../texts/common.ts';
import { orderTexts } from '../../texts/orders.ts';
import type { Row } from './ask-orders.ts';

const amountOf = ({ attributes: { amountFen } }: Order): number | null =>
  typeof amountFen === 'number' ? amountFen : null;

/** Enough to know an order by: what its platform calls it, the mobile number masked. */
export function subjectOf({ attributes, lines }: Order): string {
  if (lines.length > 0)
    return lines.map(({ lineId, stateName }) => `${lineId} ${stateName}`).join(' · ');
  const { mobile, customParm, flightNo, pnr, userName, shopName } = attributes;
  return [mask(mobile), customParm, flightNo, pnr, userName, shopName]
    .filter((one) => typeof one === 'string' && one !== '')
    .join(' · ');
}

/** As ytx's own replies show it: the person who reads a list over a shoulder needs no more. */
export const mask = (mobile: unknown): unknown =>
  typeof mobile === 'string' && /^1\d{10}$/.test(mobile)
    ? `${mobile.slice(0, 3)}****${mobile.slice(-4)}`
    : mobile;

export function useOrderColumns(hasReasons: boolean): Column<Row>[] {
  const t = useTexts(orderTexts);
  const c = useTexts(common);
  const relative = useRelative();
  const words = {
    'dead-callback': [t.whyDead, 'error'],
    deadline: [t.whyDeadline, 'warning'],
    'refused-call': [t.whyRefused, 'warning'],
  } as const;
  const columns: (Column<Row> | false)[] = [
    {
      key: 'order',
      title: c.orderId,
      onPhone: true,
      sortBy: ({ order }) => order.orderId,
      render: ({ order }) => (
        <span className="copy-id">
          <Go place={places.order(order.platform, order.orderId)}>
            <Id id={order.orderId} />
          </Go>
          <CopyButton text={order.orderId} />
        </span>
      ),
    },
    {
      key: 'state',
      title: c.state,
      onPhone: true,
      sortBy: ({ order }) => order.state,
      render: ({ order }) => (
        <StateTag platform={order.platform} state={order.state} name={order.stateName} />
      ),
    },
    hasReasons && {
      key: 'why',
      title: t.why,
      onPhone: true,
      render: ({ reasons }) => (
        <ul className="reasons">
          {reasons.slice(0, 3).map(({ kind, at, detail, id }) => (
            <li key={`${kind} ${id}`} title={detail}>
              <Status tone={words[kind][1]} text={words[kind][0]} />
              <span className="muted">{relative(at)}</span> <span className="cut">{detail}</span>
            </li>
          ))}
          {reasons.length > 3 && <li className="muted">+{reasons.length - 3}</li>}
        </ul>
      ),
    },
    {
      key: 'platform',
      title: c.platform,
      sortBy: ({ order }) => order.platform,
      render: ({ order }) => order.platform,
    },
    {
      key: 'party',
      title: c.party,
      sortBy: ({ order }) => order.party,
      render: ({ order }) => <Id id={order.party} length={16} />,
    },
    {
      key: 'subject',
      title: t.subject,
      render: ({ order }) => (
        <span className="cut" title={subjectOf(order)}>
          {subjectOf(order)}
        </span>
      ),
    },
    {
      key: 'amount',
      title: c.amount,
      align: 'right',
      sortBy: ({ order }) => amountOf(order) ?? -1,
      render: ({ order }) => {
        const fen = amountOf(order);
        return fen === null ? <span className="muted">–</span> : yuan(fen);
      },
    },
    {
      key: 'created',
      title: c.created,
      sortBy: ({ order }) => order.createdAt,
      render: ({ order }) => <Time at={order.createdAt} />,
    },
    {
      key: 'updated',
      title: c.updated,
      sortBy: ({ order }) => order.updatedAt,
      render: ({ order }) => <Time at={order.updatedAt} />,
    },
  ];
  return columns.filter((column) => column !== false);
}
