// What waits for a second person: who asks for what, and the two answers.
import { useQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { type Approval, approvalsQuery } from '../../api/approvals.ts';
import { ask, path } from '../../api/client.ts';
import { useMay, useMe } from '../../app/me.tsx';
import { Loaded, Nothing } from '../../parts/problem.tsx';
import { Time } from '../../parts/time.tsx';
import { Status, type Tone } from '../../parts/values.tsx';
import { approvalTexts } from '../../texts/approvals.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { useAct } from '../callbacks/act.ts';

const TONES: Readonly<Record<Approval['state'], Tone>> = {
  waiting: 'warning',
  approved: 'success',
  refused: 'error',
};

export function Approvals() {
  const t = useTexts(approvalTexts);
  const act = useAct();
  const may = useMay();
  const me = useMe();
  const approvals = useQuery(approvalsQuery);
  const answer = (approvalId: string, how: 'approve' | 'refuse') => () =>
    act(async () => {
      await ask(path('approvals', approvalId, how), { method: 'POST', body: {} });
      return how === 'approve' ? t.approved : t.refused;
    });
  return (
    <div className="page">
      <h1>{t.title}</h1>
      <p className="muted">{t.hint}</p>
      <section className="panel" aria-label={t.title}>
        <Loaded query={approvals} rows={3}>
          {({ items }) =>
            items.length === 0 ? (
              <Nothing title={t.none} />
            ) : (
              <ul className="rows">
                {items.map((one) => (
                  <li key={one.approvalId}>
                    <Status tone={TONES[one.state]} text={t[one.state]} />
                    <strong>{one.operation === 'revealSealed' ? t.reveal : t.replay}</strong>
                    <span>{one.target}</span>
                    <span className="grow">
                      {Object.entries(one.asked).map(([name, value]) => (
                        <span key={name} className="asked">
                          {name}{' '}
                          <code>{typeof value === 'string' ? value : JSON.stringify(value)}</code>
                        </span>
                      ))}
                    </span>
                    <span className="muted">
                      {t.by(one.requestedBy)} <Time at={one.requestedAt} />
                      {one.decidedBy !== null && ` · ${t.decided(one.decidedBy)}`} · {t.until}{' '}
                      <Time at={one.expiresAt} />
                    </span>
                    {one.state === 'waiting' &&
                      may('approveCall') &&
                      (one.requestedBy === me.name ? (
                        <span className="muted">{t.own}</span>
                      ) : (
                        <>
                          <Button type="primary" onClick={answer(one.approvalId, 'approve')}>
                            {t.approve}
                          </Button>
                          <Button danger onClick={answer(one.approvalId, 'refuse')}>
                            {t.refuse}
                          </Button>
                        </>
                      ))}
                  </li>
                ))}
              </ul>
            )
          }
        </Loaded>
      </section>
    </div>
  );
}
