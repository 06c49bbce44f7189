// Where callbacks go: every endpoint, those that need attention first; or one of them.
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { endpointsQuery } from '../../api/queries.ts';
import type { CallbackEndpoint } from '../../api/types.ts';
import { Loaded, Nothing } from '../../parts/problem.tsx';
import { callbackTexts } from '../../texts/callbacks.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { EndpointCard } from './endpoint-card.tsx';
import { CallbackTabs } from './tabs.tsx';

/** Paused before failing before off before those that work. */
const rank = ({ enabled, pausedUntil, failures }: CallbackEndpoint): number =>
  !enabled ? 2 : pausedUntil !== null ? 0 : failures > 0 ? 1 : 3;

export function Endpoints() {
  const t = useTexts(callbackTexts);
  const { endpointId } = useParams({ strict: false }) as { endpointId?: string };
  const endpoints = useQuery(endpointsQuery);
  return (
    <div className="page">
      <CallbackTabs />
      <Loaded query={endpoints}>
        {({ items }) => {
          const shown = items
            .filter((one) => endpointId === undefined || one.endpointId === endpointId)
            .toSorted((a, b) => rank(a) - rank(b));
          return shown.length === 0 ? (
            <Nothing title={t.endpointsNone} hint={t.endpointsNoneHint} />
          ) : (
            shown.map((one) => <EndpointCard key={one.endpointId} endpoint={one} />)
          );
        }}
      </Loaded>
    </div>
  );
}
