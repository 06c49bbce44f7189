// One entry of the audit, with what was before and what is after.
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { ask, path } from '../../api/client.ts';
import type { Json } from '../../api/types.ts';
import { Loaded } from '../../parts/problem.tsx';
import { Time } from '../../parts/time.tsx';
import { CopyId } from '../../parts/values.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { common } from '../../texts/common.ts';
import { peopleTexts } from '../../texts/people.ts';
import { type AuditEntry, Outcome } from './audit.tsx';

export function AuditEntryPage() {
  const { number } = useParams({ strict: false }) as { number: string };
  const t = useTexts(peopleTexts);
  const c = useTexts(common);
  const entry = useQuery({
    queryKey: ['audit-entry', number],
    queryFn: ({ signal }) => ask<AuditEntry>(path('audit', number), { signal }),
  });
  return (
    <div className="page">
      <Loaded query={entry}>
        {(one) => {
          const facts = [
            [c.time, <Time key="at" at={one.at} />],
            [t.actor, `${one.actor} ${one.role ?? ''}`],
            [t.from, one.address ?? '–'],
            [t.target, one.target ? <CopyId key="target" id={one.target} length={60} /> : '–'],
            [t.note, one.note ?? '–'],
          ] as const;
          const documents: (readonly [string, Json])[] = [
            [t.asked, one.asked],
            [t.before, one.before],
            [t.after, one.after],
          ];
          return (
            <>
              <div className="title">
                <h1>
                  {t.entry} {one.number} · {one.action}
                </h1>
                <Outcome entry={one} />
              </div>
              {one.outcome === 'unknown' && <p className="muted">{t.outcomeUnknownHint}</p>}
              {one.outcome === 'begun' && <p className="muted">{t.outcomeBegunHint}</p>}
              <dl className="facts-line">
                {facts.map(([name, value]) => (
                  <div key={name}>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                  </div>
                ))}
              </dl>
              {documents
                .filter(([, value]) => value !== null)
                .map(([name, value]) => (
                  <section key={name} className="panel" aria-label={name}>
                    <h2>{name}</h2>
                    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard. */}
                    <pre className="code" tabIndex={0}>
                      {JSON.stringify(value, null, 2)}
                    </pre>
                  </section>
                ))}
            </>
          );
        }}
      </Loaded>
    </div>
  );
}
