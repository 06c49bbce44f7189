// Links and moves within the console: a path and the search that a list wrote; both stand in the URL.

import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useMay } from '../app/me.tsx';
import type { Search } from '../lists/list-state.ts';

export interface Place {
  /** Below /console, each part encoded. */
  readonly to: string;
  readonly search?: Search;
}

/** Where an order, a call or a callback is shown. */
export const places = {
  order: (platform: string, id: string): Place => ({
    to: `/orders/${encodeURIComponent(platform)}/${encodeURIComponent(id)}`,
  }),
  request: (id: number | string): Place => ({ to: `/requests/${id}` }),
  delivery: (id: number | string): Place => ({ to: `/callbacks/deliveries/${id}` }),
  party: (platform: string, id: string): Place => ({
    to: `/parties/${encodeURIComponent(platform)}/${encodeURIComponent(id)}`,
  }),
  orders: (search: Search = {}): Place => ({ to: '/orders', search }),
  requests: (search: Search = {}): Place => ({ to: '/requests', search }),
  deliveries: (search: Search = {}): Place => ({ to: '/callbacks/deliveries', search }),
};

/** What a reader must be allowed to do to open a page: by the first part of its path. */
const NEEDS: Readonly<Record<string, string>> = {
  orders: 'listOrders',
  audit: 'listAudit',
  alarms: 'listAlarms',
};

/** A link; to a page that the reader may not open, the text alone. */
export function Go({
  place,
  children,
  className,
}: {
  readonly place: Place;
  readonly children: ReactNode;
  readonly className?: string;
}) {
  const may = useMay();
  const needs = NEEDS[place.to.split('/')[1] ?? ''];
  if (needs && !may(needs)) return <span className={className}>{children}</span>;
  return (
    <Link
      to={place.to}
      search={(place.search ?? {}) as never}
      {...(className !== undefined && { className })}
    >
      {children}
    </Link>
  );
}

export function useGo(): (place: Place, how?: { readonly replace?: boolean }) => void {
  const navigate = useNavigate();
  return ({ to, search = {} }, { replace = false } = {}) => {
    void navigate({ to, search: search as never, replace });
  };
}

/** What stands behind the ? now. */
export const useQueryText = (): Search => useSearch({ strict: false }) as Search;
