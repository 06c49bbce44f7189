// An operator moves an order: along the platform's table, with a reason, and seeing first who will be told.
import App from 'antd/es/app';
import Button from 'antd/es/button';
import Input from 'antd/es/input';
import Modal from 'antd/es/modal';
import Radio from 'antd/es/radio';
import { useState } from 'react';
import { ApiError, ask, path } from '../../api/client.ts';
import { queryClient } from '../../api/queries.ts';
import type { Outlook, WholeOrder } from '../../api/types.ts';
import { useMay } from '../../app/me.tsx';
import { Field } from '../../parts/field.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { common } from '../../texts/common.ts';
import { orderTexts } from '../../texts/orders.ts';

export function MoveOrder({
  order,
  outlook,
}: {
  readonly order: WholeOrder;
  readonly outlook: Outlook;
}) {
  const t = useTexts(orderTexts);
  const may = useMay();
  const [isOpen, setOpen] = useState(false);
  if (!may('moveOrder')) return null;
  const hasMoves = outlook.moves.length > 0;
  return (
    <>
      <Button disabled={!hasMoves} onClick={() => setOpen(true)}>
        {t.move}
      </Button>
      {!hasMoves && <span className="muted">{t.moveNone}</span>}
      {isOpen && <Dialog order={order} outlook={outlook} onClose={() => setOpen(false)} />}
    </>
  );
}

function Dialog({
  order: { platform, orderId },
  outlook,
  onClose,
}: {
  readonly order: WholeOrder;
  readonly outlook: Outlook;
  readonly onClose: () => void;
}) {
  const t = useTexts(orderTexts);
  const c = useTexts(common);
  const { message } = App.useApp();
  // What was seen when the dialog opened: a change meanwhile must not slip by.
  const [{ version, moves, told }] = useState(outlook);
  const [chosen, setChosen] = useState(moves.length === 1 ? 0 : -1);
  const [note, setNote] = useState('');
  const [error, setError] = useState<ApiError | null>(null);
  const [isBusy, setBusy] = useState(false);
  const move = moves[chosen];
  const submit = async () => {
    if (!move) return;
    setBusy(true);
    setError(null);
    try {
      const { to, line } = move;
      await ask(path('orders', platform, orderId, 'transitions'), {
        method: 'POST',
        body: { to, line, note: note.trim() === '' ? null : note.trim(), version },
      });
      void message.success(t.moveDone(`${to} ${move.toName}`));
      onClose();
    } catch (caught) {
      if (!(caught instanceof ApiError)) throw caught;
      setError(caught);
    } finally {
      setBusy(false);
      void queryClient.invalidateQueries({ queryKey: ['order', platform, orderId] });
    }
  };
  const isOvertaken = error?.code === 'order-changed';
  return (
    <Modal
      open
      title={`${t.move} · ${orderId}`}
      okText={t.moveDo}
      cancelText={isOvertaken ? c.close : c.cancel}
      okButtonProps={{ disabled: !move || note.trim() === '' || isOvertaken, loading: isBusy }}
      onOk={submit}
      onCancel={onClose}
    >
      <fieldset className="choices">
        <legend>{t.moveTo}</legend>
        <Radio.Group
          vertical
          value={chosen}
          onChange={({ target }) => setChosen(Number(target.value))}
          options={moves.map(({ line, from, fromName, to, toName }, i) => ({
            value: i,
            label: `${line === null ? '' : `${t.line} ${line}: `}${from} ${fromName} → ${to} ${toName}`,
          }))}
        />
      </fieldset>
      <Field label={c.reason}>
        {(id) => (
          <Input.TextArea
            id={id}
            value={note}
            maxLength={500}
            autoSize={{ minRows: 2, maxRows: 5 }}
            placeholder={c.reasonHint}
            onChange={(event) => setNote(event.target.value)}
          />
        )}
      </Field>
      <h3>{t.moveTold}</h3>
      {told.length === 0 && <p className="muted">{t.moveToldNone}</p>}
      <ul className="told">
        {told.map(({ endpointId, url, enabled, pausedUntil, eventTypes }) => (
          <li key={endpointId}>
            <code>{url}</code>{' '}
            <span className="muted">
              {!enabled
                ? t.moveToldOff
                : eventTypes !== null && !eventTypes.includes('order.moved')
                  ? t.moveToldFiltered
                  : pausedUntil !== null
                    ? t.moveToldPaused
                    : 'order.moved'}
            </span>
          </li>
        ))}
      </ul>
      {isOvertaken && <p role="alert">{t.moveConflict}</p>}
      {error && <Problem error={error} />}
    </Modal>
  );
}
