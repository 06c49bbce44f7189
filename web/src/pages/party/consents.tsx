// What merchants have consented to, each with its tokens; a consent is ended with all that came of it.
import { useQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { ask, path } from '../../api/client.ts';
import type { Page, Party } from '../../api/types.ts';
import { useMay } from '../../app/me.tsx';
import { Loaded } from '../../parts/problem.tsx';
import { Time } from '../../parts/time.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { partyTexts } from '../../texts/parties.ts';
import { useAct } from '../callbacks/act.ts';

interface Consent {
  readonly consentId: string;
  readonly userName: string | null;
  readonly scope: string | null;
  readonly tokens: number;
  readonly expiresAt: string;
}

export function Consents({ party: { platform, partyId } }: { readonly party: Party }) {
  const t = useTexts(partyTexts);
  const act = useAct();
  const may = useMay();
  const consents = useQuery({
    queryKey: ['consents', platform, partyId],
    queryFn: ({ signal }) =>
      ask<Page<Consent>>(path('consents', platform), { query: { party: partyId }, signal }),
  });
  const end = (consentId: string) => () =>
    act(async () => {
      await ask(path('consents', platform, consentId), { method: 'DELETE' });
      return t.saved;
    });
  return (
    <section aria-labelledby="tokens" className="panel">
      <h2 id="tokens">{t.tokens}</h2>
      <Loaded query={consents} rows={1}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="muted">{t.tokensNone}</p>
          ) : (
            <ul className="rows">
              {items.map(({ consentId, userName, scope, tokens, expiresAt }) => (
                <li key={consentId}>
                  <span>
                    {t.consentBy} {userName ?? '–'}
                  </span>
                  <span className="muted">{scope}</span>
                  <span>{t.tokenCount(tokens)}</span>
                  <span>
                    {t.expires} <Time at={expiresAt} />
                  </span>
                  {may('endConsent') && (
                    <Button danger onClick={end(consentId)}>
                      {t.endConsent}
                    </Button>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </section>
  );
}
