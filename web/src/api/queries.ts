// Questions to the management API that several pages ask, with how long an answer is good for.
import { QueryClient, queryOptions } from '@tanstack/react-query';
import { ApiError, ask } from './client.ts';
import type { Figures } from './figures.ts';
import { untilAsked } from './live.ts';
import type { CallbackEndpoint, CallSeries, Me, Overview, Page, Party } from './types.ts';

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // What the server refuses, it refuses again.
      retry: (count, error) => error instanceof ApiError && error.status === 0 && count < 2,
    },
  },
});

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => ask<Me>('/me', { signal }),
  staleTime: 60_000,
});

export const overviewQuery = queryOptions({
  queryKey: ['overview'],
  queryFn: ({ signal }) => ask<Overview>('/overview', { signal }),
  refetchInterval: untilAsked(15_000),
});

export interface FiguresFilter {
  readonly platform?: string;
  readonly party?: string;
  readonly minutes?: string;
}

/** Of all platforms and parties: the event stream pushes these figures whole. */
export const PUSHED_FIGURES = ['figures'] as const;

export const figuresQuery = (filter: FiguresFilter) =>
  queryOptions({
    queryKey: Object.keys(filter).length === 0 ? PUSHED_FIGURES : ['figures-of', filter],
    queryFn: ({ signal }) => ask<Figures>('/overview/figures', { query: { ...filter }, signal }),
    refetchInterval: untilAsked(5_000),
  });

export const seriesQuery = (minutes: number, step: number) =>
  queryOptions({
    queryKey: ['series', minutes, step],
    queryFn: ({ signal }) => ask<CallSeries>('/series/calls', { query: { minutes, step }, signal }),
    refetchInterval: untilAsked(30_000),
  });

interface EndpointsFilter {
  readonly platform?: string | undefined;
  readonly party?: string | undefined;
  readonly sort?: 'attention.asc';
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

export const endpointsQuery = (filter: EndpointsFilter) =>
  queryOptions({
    queryKey: ['endpoints', filter],
    queryFn: ({ signal }) =>
      ask<Page<CallbackEndpoint>>('/callbacks/endpoints', { query: { ...filter }, signal }),
    refetchInterval: untilAsked(30_000),
  });

/** The first parties of a platform with a text in their id, for whoever types one. */
export const partiesLikeQuery = (platform: string, q: string) =>
  queryOptions({
    queryKey: ['parties', platform, q],
    queryFn: ({ signal }) =>
      ask<Page<Party>>('/parties', { query: { platform, q, limit: 20 }, signal }),
  });

/** A text of a contract. */
export interface Two {
  readonly zh: string;
  readonly en: string;
}

export interface PlatformSummary {
  readonly name: string;
  readonly title: Two;
  readonly methods: readonly string[];
}

export const platformsQuery = queryOptions({
  queryKey: ['platforms'],
  queryFn: ({ signal }) => ask<{ items: readonly PlatformSummary[] }>('/platforms', { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});
