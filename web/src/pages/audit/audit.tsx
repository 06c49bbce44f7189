// The audit: who changed, revealed or exported what, and who signed in, newest first.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { ask } from '../../api/client.ts';
import type { Json, Page } from '../../api/types.ts';
import { AUDIT } from '../../lists/definitions.ts';
import { ExportLink } from '../../lists/export-link.tsx';
import { FilterBar } from '../../lists/filter-bar.tsx';
import { type Column, ListTable } from '../../lists/list-table.tsx';
import { listQuery, useList } from '../../lists/use-list.ts';
import { Go } from '../../parts/go.tsx';
import { Time } from '../../parts/time.tsx';
import { Id, Status } from '../../parts/values.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { common } from '../../texts/common.ts';
import { peopleTexts } from '../../texts/people.ts';

export interface AuditEntry {
  readonly number: number;
  readonly at: string;
  readonly actor: string;
  readonly actorKind: string | null;
  readonly role: string | null;
  readonly address: string | null;
  readonly action: string;
  readonly target: string;
  /** `begun`: a later entry says what came of it; the list has only that one. */
  readonly outcome: 'done' | 'refused' | 'unknown' | 'begun';
  readonly status: number | null;
  readonly note: string | null;
  readonly asked: Json;
  readonly before: Json;
  readonly after: Json;
}

export function Audit() {
  const t = useTexts(peopleTexts);
  const c = useTexts(common);
  const list = useList(AUDIT, '/audit');
  const { filters } = list.state;
  const query = useQuery({
    queryKey: ['audit', filters, list.state.limit, list.state.trail.at(-1)],
    queryFn: ({ signal }) => ask<Page<AuditEntry>>('/audit', { query: listQuery(list), signal }),
    placeholderData: keepPreviousData,
  });
  return (
    <div className="page wide">
      <div className="title">
        <h1>{t.audit}</h1>
        <span className="muted">{t.auditHint}</span>
      </div>
      <FilterBar
        list={list}
        fields={[
          { name: 'actor', label: t.actor },
          { name: 'action', label: t.action },
          { name: 'target', label: `${t.target} · ${t.targetHint}`, width: 300 },
          {
            name: 'outcome',
            label: c.outcome,
            options: [
              { value: 'done', label: t.outcomeDone },
              { value: 'refused', label: t.outcomeRefused },
              { value: 'unknown', label: t.outcomeUnknown },
            ],
            width: 130,
          },
          { name: 'from', label: c.from, kind: 'time', width: 165 },
          { name: 'to', label: c.to, kind: 'time', width: 165 },
        ]}
      />
      <ListTable
        list={list}
        query={query}
        label={t.audit}
        columns={useColumns()}
        rowKey={({ number }) => String(number)}
        placeOf={({ number }) => ({ to: `/audit/${number}` })}
        empty={{ title: t.auditNone, hint: t.auditNoneHint }}
        tools={<ExportLink what="audit" query={filters} operation="exportAudit" />}
      />
    </div>
  );
}

export function Outcome({ entry: { outcome, status } }: { readonly entry: AuditEntry }) {
  const t = useTexts(peopleTexts);
  const [tone, word] = {
    done: ['success', t.outcomeDone] as const,
    refused: ['warning', t.outcomeRefused] as const,
    unknown: ['error', t.outcomeUnknown] as const,
    begun: ['default', t.outcomeBegun] as const,
  }[outcome];
  return <Status tone={tone} text={status === null ? word : `${word} ${status}`} />;
}

function useColumns(): Column<AuditEntry>[] {
  const t = useTexts(peopleTexts);
  const c = useTexts(common);
  return [
    {
      key: 'time',
      title: c.time,
      onPhone: true,
      sortBy: ({ at }) => at,
      render: ({ number, at }) => (
        <Go place={{ to: `/audit/${number}` }}>
          <Time at={at} />
        </Go>
      ),
    },
    {
      key: 'actor',
      title: t.actor,
      onPhone: true,
      sortBy: ({ actor }) => actor,
      render: ({ actor, role }) => (
        <>
          {actor} <span className="muted">{role}</span>
        </>
      ),
    },
    {
      key: 'action',
      title: t.action,
      onPhone: true,
      sortBy: ({ action }) => action,
      render: ({ action }) => <ActionName action={action} />,
    },
    {
      key: 'target',
      title: t.target,
      sortBy: ({ target }) => target,
      render: ({ target }) => <Id id={target} length={40} />,
    },
    {
      key: 'outcome',
      title: c.outcome,
      sortBy: ({ outcome }) => outcome,
      render: (entry) => <Outcome entry={entry} />,
    },
    { key: 'address', title: t.from, render: ({ address }) => address ?? '–' },
    {
      key: 'note',
      title: t.note,
      render: ({ note }) => (
        <span className="cut" title={note ?? ''}>
          {note}
        </span>
      ),
    },
  ];
}

/** An operation of the management API by its name; what a page of its own does, in words. */
export function ActionName({ action }: { readonly action: string }) {
  const t = useTexts(peopleTexts);
  const words = { 'sign-in': t.signInAction, 'sign-out': t.signOutAction, link: t.linkAction };
  return Object.hasOwn(words, action) ? words[action as 'link'] : <code>{action}</code>;
}
