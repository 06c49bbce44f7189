// What an order holds: its attributes in plain words, its lines, and what is sealed.
import Button from 'antd/es/button';
import Input from 'antd/es/input';
import Modal from 'antd/es/modal';
import { useState } from 'react';
import { ApiError, ask, path } from '../../api/client.ts';
import { queryClient } from '../../api/queries.ts';
import type { Json, Order, WholeOrder } from '../../api/types.ts';
import { Field } from '../../parts/field.tsx';
import { Problem } from '../../parts/problem.tsx';
import { exactTime } from '../../parts/time.tsx';
import { CopyButton, StateTag, yuan } from '../../parts/values.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { common } from '../../texts/common.ts';
import { orderTexts } from '../../texts/orders.ts';
import { mask } from '../orders/columns.tsx';

/** Names end in their unit: Fen is money, At is an instant. */
export function valueText(name: string, value: Json): string {
  if (typeof value === 'number' && name.endsWith('Fen')) return yuan(value);
  if (typeof value === 'number' && name.endsWith('At')) {
    return exactTime(new Date(value).toISOString());
  }
  if (value === null || value === '') return '–';
  return typeof value === 'object' ? JSON.stringify(value) : String(mask(value));
}

function Attributes({ attributes }: { readonly attributes: Order['attributes'] }) {
  return (
    <dl className="attributes">
      {Object.entries(attributes).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {valueText(name, value)}
            {typeof value === 'string' && value !== '' && <CopyButton text={value} what={name} />}
          </dd>
        </div>
      ))}
    </dl>
  );
}

export function Facts({ order }: { readonly order: WholeOrder }) {
  const t = useTexts(orderTexts);
  const hasAttributes = Object.keys(order.attributes).length > 0;
  return (
    <>
      {hasAttributes && (
        <section aria-labelledby="facts" className="panel">
          <h2 id="facts">{t.facts}</h2>
          <Attributes attributes={order.attributes} />
        </section>
      )}
      {order.lines.map(({ lineId, state, stateName, attributes }) => (
        <section key={lineId} aria-label={`${t.line} ${lineId}`} className="panel">
          <div className="panel-head">
            <h2>
              {t.line} {lineId}
            </h2>
            <StateTag platform={order.platform} state={state} name={stateName} />
          </div>
          <Attributes attributes={attributes} />
        </section>
      ))}
      {order.sealed.length > 0 && (
        <section aria-labelledby="sealed" className="panel">
          <h2 id="sealed">{t.sealed}</h2>
          {order.sealed.map(({ name, mask: shown }) => (
            <Sealed key={name} order={order} name={name} shown={shown} />
          ))}
        </section>
      )}
    </>
  );
}

function Sealed({
  order: { platform, orderId },
  name,
  shown,
}: {
  readonly order: WholeOrder;
  readonly name: string;
  readonly shown: Json;
}) {
  const t = useTexts(orderTexts);
  const c = useTexts(common);
  const [isOpen, setOpen] = useState(false);
  const [note, setNote] = useState('');
  const [text, setText] = useState<string | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const reveal = async () => {
    setError(null);
    try {
      const body = { name, note };
      const target = path('orders', platform, orderId, 'reveal');
      setText((await ask<{ text: string }>(target, { method: 'POST', body })).text);
      setOpen(false);
      void queryClient.invalidateQueries({ queryKey: ['order', platform, orderId] });
    } catch (caught) {
      if (!(caught instanceof ApiError)) throw caught;
      setError(caught);
    }
  };
  return (
    <div className="sealed">
      <strong>{name}</strong> <code>{text ?? JSON.stringify(shown)}</code>{' '}
      {text === null && <Button onClick={() => setOpen(true)}>{t.reveal}</Button>}
      <Modal
        open={isOpen}
        title={`${t.reveal}: ${name}`}
        okText={t.reveal}
        okButtonProps={{ disabled: note.trim() === '' }}
        onOk={reveal}
        onCancel={() => setOpen(false)}
      >
        <p>{t.revealHint}</p>
        <Field label={c.reason}>
          {(id) => (
            <Input
              id={id}
              value={note}
              maxLength={500}
              onChange={(event) => setNote(event.target.value)}
            />
          )}
        </Field>
        {error && <Problem error={error} />}
      </Modal>
    </div>
  );
}
