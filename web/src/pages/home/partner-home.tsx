// What a partner sees first: how its own calls and callbacks go, and where its keys and endpoints are.
import { Go, places } from '../../parts/go.tsx';
import { CopyId } from '../../parts/values.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { homeTexts } from '../../texts/home.ts';
import { FiguresPanel } from './figures.tsx';
import { Refused } from './refused.tsx';

export function PartnerHome({
  scope: { platform, partyId },
}: {
  readonly scope: { readonly platform: string; readonly partyId: string };
}) {
  const t = useTexts(homeTexts);
  return (
    <div className="page">
      <div className="title">
        <h1>
          <CopyId id={partyId} length={40} />
        </h1>
        <span className="muted">{platform}</span>
      </div>
      <p className="muted">{t.partnerHint}</p>
      <p className="links">
        <Go place={places.party(platform, partyId)}>{t.keysLink}</Go>
        <Go place={places.deliveries()}>{t.callbacksLink}</Go>
      </p>
      <FiguresPanel isOwn />
      <Refused />
    </div>
  );
}
