// One gateway call: what was sent, what was answered, why it was refused, and how to send it again.
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import Button from 'antd/es/button';
import { type ReactNode, useState } from 'react';
import { ask, path } from '../../api/client.ts';
import type { GatewayCall } from '../../api/types.ts';
import { CodeFigure } from '../../parts/code-figure.tsx';
import { Go, places } from '../../parts/go.tsx';
import { Loaded } from '../../parts/problem.tsx';
import { Time } from '../../parts/time.tsx';
import { CopyId, copyText, millis, Status } from '../../parts/values.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { common } from '../../texts/common.ts';
import { requestTexts } from '../../texts/requests.ts';
import { curlOf, type Envelope } from './curl.ts';
import { Detective } from './detective.tsx';

export function RequestPage() {
  const { requestId } = useParams({ strict: false }) as { requestId: string };
  const t = useTexts(requestTexts);
  const c = useTexts(common);
  const call = useQuery({
    queryKey: ['request', requestId],
    queryFn: ({ signal }) => ask<GatewayCall>(path('requests', requestId), { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <div className="page">
      <Loaded query={call} rows={12}>
        {(one) => (
          <>
            <div className="title">
              <h1>
                {t.request} <CopyId id={String(one.id)} />
              </h1>
              <Status
                tone={one.refused ? 'error' : 'success'}
                text={`${one.refused ? c.refused : c.accepted} ${one.outcome}`}
              />
              <CurlButton call={one} />
            </div>
            <dl className="facts-line">
              <Fact name={c.time}>
                <Time at={one.at} />
              </Fact>
              <Fact name={c.platform}>{one.platform}</Fact>
              <Fact name={c.method}>{one.method ?? '–'}</Fact>
              <Fact name={c.party}>
                {one.party === null ? '–' : <CopyId id={one.party} length={20} />}
              </Fact>
              <Fact name={c.orderId}>
                {one.orderId === null ? (
                  '–'
                ) : (
                  <Go place={places.order(one.platform, one.orderId)}>{one.orderId}</Go>
                )}
              </Fact>
              <Fact name={t.address}>{one.address}</Fact>
              <Fact name={t.took}>{millis(one.durationMicros)}</Fact>
            </dl>
            <section aria-labelledby="answer" className="panel">
              <h2 id="answer">{t.answered}</h2>
              <p>
                <code>{one.outcome}</code> {one.words}
              </p>
              {one.detail !== null && <p>{one.detail}</p>}
              {one.refusedBy !== null && (
                <p className="muted">
                  {t.refusedBy}: <code>{one.refusedBy}</code>
                </p>
              )}
              <p className="muted">{one.refused ? t.changedNothing : t.changed}</p>
              <p className="links">
                <Go place={places.requests(like(one))}>{t.like}</Go>
                {one.orderId !== null && (
                  <Go place={places.requests({ platform: one.platform, orderId: one.orderId })}>
                    {t.ofOrder}
                  </Go>
                )}
                {one.party !== null && (
                  <Go place={places.requests({ platform: one.platform, party: one.party })}>
                    {t.ofParty}
                  </Go>
                )}
                {one.address !== 'unknown' && (
                  <Go place={places.requests({ address: one.address })}>{t.ofAddress}</Go>
                )}
              </p>
            </section>
            <Detective call={one} />
            <section aria-labelledby="exchange" className="panel">
              <h2 id="exchange">{t.exchange}</h2>
              <CodeFigure name={t.sent} text={one.readableBody} />
              {one.readableBody !== one.body && <CodeFigure name={t.sentRaw} text={one.body} />}
              {one.stringToSign !== null && (
                <CodeFigure name={t.signed} hint={t.signedHint} text={one.stringToSign} />
              )}
            </section>
          </>
        )}
      </Loaded>
    </div>
  );
}

/** The same method, answered with the same code. */
const like = ({ platform, method, outcome }: GatewayCall): Record<string, string> => ({
  platform,
  ...(method !== null && { method }),
  outcome,
});

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function CurlButton({ call }: { readonly call: GatewayCall }) {
  const t = useTexts(requestTexts);
  const c = useTexts(common);
  const [isCopied, setCopied] = useState(false);
  const contract = useQuery({
    queryKey: ['contract', call.platform],
    queryFn: ({ signal }) =>
      ask<{ envelope: Envelope }>(path('platforms', call.platform), { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <>
      <Button
        disabled={!contract.data}
        onClick={() => {
          const text = curlOf(location.origin, contract.data!.envelope, call);
          void copyText(text).then(() => {
            setCopied(true);
            setTimeout(() => setCopied(false), 1500);
          });
        }}
      >
        {isCopied ? c.copied : t.curl}
      </Button>
      <span className="muted">{t.curlHint}</span>
    </>
  );
}
