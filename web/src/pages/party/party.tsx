// One party: its keys, what it may call and from where, its limits and use, tokens and endpoints.
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import Button from 'antd/es/button';
import { ask, path } from '../../api/client.ts';
import { untilAsked } from '../../api/live.ts';
import type { CallbackEndpoint, GatewayCall, Page, Party } from '../../api/types.ts';
import { useMay } from '../../app/me.tsx';
import { Go, places } from '../../parts/go.tsx';
import { Loaded } from '../../parts/problem.tsx';
import { CopyId, Status } from '../../parts/values.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { common } from '../../texts/common.ts';
import { partyTexts } from '../../texts/parties.ts';
import { useAct } from '../callbacks/act.ts';
import { EndpointCard } from '../callbacks/endpoint-card.tsx';
import { Admission } from '../parties/admission.tsx';
import { AddEndpoint } from './add-endpoint.tsx';
import { Consents } from './consents.tsx';
import { Keys } from './keys.tsx';
import { PartnerLinks } from './partner-links.tsx';
import { Settings } from './settings.tsx';

/** Under which ids the party owns orders: its own, its apps', or its supplier codes. */
export function ownersOf({ partyId, attributes }: Party): string[] {
  const { apps, supplierCodes } = attributes;
  const ids = Array.isArray(apps)
    ? apps.flatMap((app) => (typeof app === 'object' && app && 'appid' in app ? [app.appid] : []))
    : Array.isArray(supplierCodes)
      ? supplierCodes
      : [];
  const known = ids.filter((id): id is string => typeof id === 'string');
  return known.length > 0 ? known : [partyId];
}

export function PartyPage() {
  const { platform, partyId } = useParams({ strict: false }) as {
    platform: string;
    partyId: string;
  };
  const t = useTexts(partyTexts);
  const c = useTexts(common);
  const act = useAct();
  const may = useMay();
  const target = path('parties', platform, partyId);
  const party = useQuery({
    queryKey: ['party', platform, partyId],
    queryFn: ({ signal }) => ask<Party>(target, { signal }),
  });
  return (
    <div className="page">
      <Loaded query={party} rows={12}>
        {(one) => (
          <>
            <div className="title">
              <h1>
                {c.party} <CopyId id={one.partyId} length={40} />
              </h1>
              <span className="muted">{one.platform}</span>
              <Status
                tone={one.enabled ? 'success' : 'default'}
                text={one.enabled ? t.on : t.off}
              />
              {may('changeParty') && (
                <Button
                  danger={one.enabled}
                  onClick={() =>
                    act(async () => {
                      const body = { enabled: !one.enabled };
                      await ask(target, {
                        method: 'PATCH',
                        body,
                        headers: { 'if-match': `"${one.version}"` },
                      });
                      return t.saved;
                    })
                  }
                >
                  {one.enabled ? t.switchOff : t.switchOn}
                </Button>
              )}
            </div>
            <p className="links">
              {may('listOrders') &&
                ownersOf(one).map((owner) => (
                  <Go key={owner} place={places.orders({ platform, party: owner })}>
                    {t.showOrders}
                    {owner !== partyId && ` ${owner}`}
                  </Go>
                ))}
              <Go place={places.requests({ platform, party: partyId })}>{t.showCalls}</Go>
            </p>
            <Keys party={one} />
            <Settings party={one} />
            <Use party={one} />
            {may('listAdmissions') && <Admission of={{ platform, partyId }} />}
            <Endpoints party={one} />
            {may('listConsents') && <Consents party={one} />}
            {may('listPartnerLinks') && <PartnerLinks party={one} />}
          </>
        )}
      </Loaded>
    </div>
  );
}

/** Where counting the calls of a day stops. */
const MAX_CALLS = 1000;

function Use({ party: { platform, partyId, attributes } }: { readonly party: Party }) {
  const t = useTexts(partyTexts);
  const count = (refused?: boolean) => ({
    queryKey: ['use', platform, partyId, refused],
    queryFn: async ({ signal }: { signal: AbortSignal }) => {
      const from = new Date(Date.now() - 86_400_000).toISOString();
      const query = { platform, party: partyId, refused, from, limit: MAX_CALLS };
      const { items, nextCursor } = await ask<Page<GatewayCall>>('/requests', { query, signal });
      return `${items.length}${nextCursor === null ? '' : '+'}`;
    },
  });
  const calls = useQuery(count());
  const refused = useQuery(count(true));
  const limits = Object.entries(
    typeof attributes.limits === 'object' && attributes.limits ? attributes.limits : {},
  );
  return (
    <section aria-labelledby="limits" className="panel">
      <h2 id="limits">{t.limits}</h2>
      {limits.length === 0 ? (
        <p className="muted">{t.limitsNone}</p>
      ) : (
        <dl className="facts-line">
          {limits.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{String(value)}</dd>
            </div>
          ))}
        </dl>
      )}
      <p>
        {calls.data && t.usageOf(calls.data)}
        {refused.data && ` · ${t.usageRefused(refused.data)}`}
      </p>
    </section>
  );
}

function Endpoints({ party }: { readonly party: Party }) {
  const t = useTexts(partyTexts);
  const { platform } = party;
  const owners = ownersOf(party);
  const endpoints = useQuery({
    queryKey: ['endpoints', platform, owners],
    queryFn: async ({ signal }) => {
      const asked = owners.map((owner) => {
        const query = { platform, party: owner, limit: 1000 };
        return ask<Page<CallbackEndpoint>>('/callbacks/endpoints', { query, signal });
      });
      return (await Promise.all(asked)).flatMap(({ items }) => items);
    },
    refetchInterval: untilAsked(30_000),
  });
  return (
    <>
      <div className="title">
        <h2>{t.endpoints}</h2>
        <AddEndpoint platform={platform} owners={owners} />
      </div>
      <Loaded query={endpoints} rows={2}>
        {(own) =>
          own.length === 0 ? (
            <p className="muted">{t.endpointsNone}</p>
          ) : (
            own.map((one) => <EndpointCard key={one.endpointId} endpoint={one} />)
          )
        }
      </Loaded>
    </>
  );
}
