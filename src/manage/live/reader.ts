// Who reads an event stream, and what they want to hear.
import type { CallbackManagement } from '../../core/callback-management.ts';
import type { Principal } from '../../core/principal.ts';
import type { RequestLog } from '../../core/request-log.ts';
import type { Parties } from '../../directory/parties.ts';
import type { People } from '../../people/people.ts';
import type { Platform } from '../../protocol/platform.ts';
import type { Figures } from '../figures.ts';
import { eventText, type Position, type Topic } from './messages.ts';
import type { Subscriber } from './subscriber.ts';

export interface StreamFilter {
  readonly platform?: string | undefined;
  /** A party's id, or the id of an owner of orders. */
  readonly party?: string | undefined;
}

export interface StreamWish extends StreamFilter {
  readonly topics: readonly Topic[];
  readonly by: Principal;
  /** Where an earlier stream ended. */
  readonly after: Position | null;
}

export interface StreamSources {
  readonly callbacks: CallbackManagement;
  readonly requests: Pick<RequestLog, 'list'>;
  readonly parties: Parties;
  readonly platforms: readonly Platform[];
  readonly figures: Pick<Figures, 'read'>;
  readonly people: Pick<People, 'holds'>;
  onFault(error: unknown, path: string): void;
  /** For tests: other paces, in milliseconds. */
  readonly paces?: Readonly<Record<string, number>> | undefined;
}

/** An open stream with what its reader wants. */
export interface Reader extends StreamWish {
  readonly stream: Subscriber;
  heardAt: number;
  /** The figures that it was told last. */
  figures: string;
}

/** The credential whose streams are counted together. */
export const keyOf = ({ kind, credentialId }: Principal): string => `${kind} ${credentialId}`;

export const filterKey = ({ platform, party }: StreamFilter): string =>
  JSON.stringify([platform, party]);

export function tell(reader: Reader, name: string, data: unknown, position?: Position): void {
  reader.heardAt = performance.now();
  reader.stream.send(eventText(name, data, position));
}
