// Why a call's signature is wrong: what the server's detective found, in place.
import { useQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { useState } from 'react';
import { ask } from '../../api/client.ts';
import type { Two } from '../../api/queries.ts';
import type { GatewayCall } from '../../api/types.ts';
import { useMay } from '../../app/me.tsx';
import { usePreferences } from '../../app/preferences.tsx';
import { Loaded } from '../../parts/problem.tsx';
import { Status } from '../../parts/values.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { requestTexts } from '../../texts/requests.ts';

interface Cause {
  readonly id: string;
  readonly text: Two;
  readonly fix: Two;
}

interface Answer {
  readonly ok: boolean;
  readonly stringToSign: string | null;
  readonly received: string | null;
  readonly expected: string | null;
  readonly firstDifference: {
    readonly at: number;
    readonly ours: string;
    readonly yours: string;
  } | null;
  readonly causes: readonly Cause[];
  readonly otherwise: readonly Cause[];
  readonly searched: { readonly digests: number; readonly complete: boolean };
}

export function Detective({ call }: { readonly call: GatewayCall }) {
  const t = useTexts(requestTexts);
  const { language } = usePreferences();
  const may = useMay();
  const isAboutSignature = call.refusedBy?.toLowerCase().includes('sign') ?? false;
  const [isAsked, setAsked] = useState(isAboutSignature);
  const answer = useQuery({
    queryKey: ['detective', call.id],
    queryFn: ({ signal }) =>
      ask<Answer>('/debug/signature', {
        method: 'POST',
        body: { platform: call.platform, requestId: call.id },
        signal,
      }),
    enabled: isAsked,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (!may('debugSignature') || !call.refused) return null;
  return (
    <section aria-labelledby="detective" className="panel">
      <div className="panel-head">
        <h2 id="detective">{t.detective}</h2>
        {!isAsked && <Button onClick={() => setAsked(true)}>{t.detectiveAsk}</Button>}
      </div>
      {isAsked && (
        <Loaded query={answer} rows={3}>
          {({ ok, causes, otherwise, expected, received, firstDifference, searched }) => (
            <>
              {ok && <Status tone="success" text={t.signatureRight} />}
              {!ok && causes.length === 0 && (
                <p>
                  {t.noCause(searched.digests)} {!searched.complete && t.notWhole}
                </p>
              )}
              <ul className="causes">
                {causes.map(({ id, text, fix }) => (
                  <li key={id}>
                    <strong>{text[language]}</strong>
                    <p>{fix[language]}</p>
                  </li>
                ))}
              </ul>
              {otherwise.length > 0 && (
                <p className="muted">
                  {t.otherwise} {otherwise.map(({ text }) => text[language]).join('; ')}
                </p>
              )}
              {firstDifference && (
                <dl className="attributes">
                  <div>
                    <dt>{t.ours(firstDifference.at)}</dt>
                    <dd>
                      <code>{firstDifference.ours}</code>
                    </dd>
                  </div>
                  <div>
                    <dt>{t.yours}</dt>
                    <dd>
                      <code>{firstDifference.yours}</code>
                    </dd>
                  </div>
                </dl>
              )}
              {expected !== null && (
                <p className="muted">
                  {t.expected} <code>{expected}</code>
                  {received !== null && (
                    <>
                      {' '}
                      · {t.received} <code>{received}</code>
                    </>
                  )}
                </p>
              )}
            </>
          )}
        </Loaded>
      )}
    </section>
  );
}
