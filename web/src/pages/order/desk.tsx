// What operators tell each other about an order: who looks after it, and notes.
import Button from 'antd/es/button';
import Input from 'antd/es/input';
import Popover from 'antd/es/popover';
import { useState } from 'react';
import { ask, path } from '../../api/client.ts';
import type { WholeOrder } from '../../api/types.ts';
import { useMay, useMe } from '../../app/me.tsx';
import { Field } from '../../parts/field.tsx';
import { Go, places } from '../../parts/go.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { orderTexts } from '../../texts/orders.ts';
import { useAct } from '../callbacks/act.ts';

export function Assignee({ order }: { readonly order: WholeOrder }) {
  const t = useTexts(orderTexts);
  const act = useAct();
  const may = useMay();
  const me = useMe();
  const [name, setName] = useState('');
  const [isOpen, setOpen] = useState(false);
  const target = path('orders', order.platform, order.orderId, 'assignee');
  const assign = async (to: string) => {
    const isDone = await act(async () => {
      await ask(target, { method: 'PUT', body: { name: to } });
      return t.assigned(to);
    });
    if (isDone) setOpen(false);
  };
  const release = () =>
    act(async () => {
      await ask(target, { method: 'DELETE' });
      return t.released;
    });
  const mayAssign = may('assignOrder');
  const { assignee } = order;
  return (
    <span className="assignee">
      {assignee === null ? (
        <span className="muted">{t.nobody}</span>
      ) : (
        <Go place={places.orders({ assignee: assignee.name })}>{assignee.name}</Go>
      )}
      {mayAssign && me.kind === 'account' && assignee?.name !== me.name && (
        <Button size="small" onClick={() => assign(me.name)}>
          {t.take}
        </Button>
      )}
      {mayAssign && (
        <Popover
          trigger="click"
          open={isOpen}
          onOpenChange={setOpen}
          content={
            <form
              onSubmit={(event) => {
                event.preventDefault();
                void assign(name.trim());
              }}
            >
              <Field label={t.assignTo}>
                {(id) => (
                  <Input
                    id={id}
                    value={name}
                    autoComplete="off"
                    onChange={(event) => setName(event.target.value)}
                  />
                )}
              </Field>
              <Button htmlType="submit" disabled={name.trim() === ''}>
                {t.assign}
              </Button>
            </form>
          }
        >
          <Button size="small">{t.assignOther}</Button>
        </Popover>
      )}
      {mayAssign && assignee !== null && (
        <Button size="small" onClick={release}>
          {t.release}
        </Button>
      )}
    </span>
  );
}

export function AddNote({ order }: { readonly order: WholeOrder }) {
  const t = useTexts(orderTexts);
  const act = useAct();
  const may = useMay();
  const [note, setNote] = useState('');
  if (!may('addOrderNote')) return null;
  const add = async () => {
    const isDone = await act(async () => {
      const target = path('orders', order.platform, order.orderId, 'notes');
      await ask(target, { method: 'POST', body: { note } });
      return t.noteDone;
    });
    if (isDone) setNote('');
  };
  return (
    <div className="add-note">
      <Input.TextArea
        aria-label={t.note}
        placeholder={t.noteHint}
        value={note}
        maxLength={2000}
        autoSize={{ minRows: 1, maxRows: 6 }}
        onChange={(event) => setNote(event.target.value)}
      />
      <Button disabled={note.trim() === ''} onClick={add}>
        {t.addNote}
      </Button>
    </div>
  );
}
