// A list's state as a page uses it: read from the URL, and every change of it written there.
import { useMemo } from 'react';
import { useGo, useQueryText } from '../parts/go.tsx';
import {
  type ListDefinition,
  type ListState,
  readState,
  sortText,
  writeState,
} from './list-state.ts';

export interface List {
  readonly definition: ListDefinition;
  readonly state: ListState;
  /** A change of filters leads to the first page. */
  change(change: Partial<ListState>): void;
  /** Sets filters, or takes them away (empty); the others stay. */
  filter(filters: Readonly<Record<string, string>>): void;
}

export function useList(definition: ListDefinition, to: string): List {
  const go = useGo();
  const search = useQueryText();
  const state = useMemo(() => readState(definition, search), [definition, search]);
  const change = (next: Partial<ListState>) =>
    go({ to, search: writeState(definition, { ...state, ...next }) });
  return {
    definition,
    state,
    change,
    filter(filters) {
      const given = Object.entries({ ...state.filters, ...filters });
      change({ filters: Object.fromEntries(given.filter(([, v]) => v !== '')), trail: [] });
    },
  };
}

/** What the server is asked for a page of the list. */
export function listQuery(list: List): Record<string, string | number | undefined> {
  const { limit, trail } = list.state;
  return { ...wholeQuery(list), limit, cursor: trail.at(-1) };
}

/** The filters and the order that the server knows: what all pages have in common. */
export function wholeQuery({ definition, state }: List): Record<string, string> {
  return {
    ...state.filters,
    ...(definition.sorts && state.sort && { sort: sortText(state.sort) }),
  };
}
