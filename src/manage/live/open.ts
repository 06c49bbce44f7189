// The figures and the event streams of one server, which ask the same ledger.
import { type FigureSources, Figures } from '../figures.ts';
import type { StreamSources } from './reader.ts';
import { EventStreams } from './streams.ts';

export type LiveSources = FigureSources & Omit<StreamSources, 'figures'>;

export function openLive(sources: LiveSources): {
  readonly figures: Figures;
  readonly streams: EventStreams;
} {
  const figures = new Figures({ ...sources, freshMs: sources.paces?.freshMs });
  return { figures, streams: new EventStreams({ ...sources, figures }) };
}
