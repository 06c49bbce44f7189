// Lines of the process log about what is done: calls on request, changes by management, the stop.
import type { AuditEntry, AuditStore } from './core/audit.ts';
import type { RequestRecord } from './core/request-log.ts';
import type { Logger } from './log.ts';

/**
 * A listener of the request log that writes a line for a share of the calls; undefined for none.
 * The line holds what was asked and answered, and neither body nor digest.
 *
 * @param percent 0 to 100
 */
export function accessLog(
  log: Logger,
  percent: number,
): ((record: RequestRecord) => void) | undefined {
  if (percent === 0) return undefined;
  return (record) => {
    if (percent < 100 && Math.random() * 100 >= percent) return;
    const { id, platform, party, method, outcome, refusedBy, orderId, address } = record;
    const milliseconds = record.durationMicros / 1000;
    log.info(
      { id, platform, party, method, outcome, refusedBy, orderId, address, milliseconds },
      'call',
    );
  };
}

/** Passes each record to every listener. */
export function all(
  ...listeners: readonly (((record: RequestRecord) => void) | undefined)[]
): ((record: RequestRecord) => void) | undefined {
  const given = listeners.filter((listener) => listener !== undefined);
  if (given.length === 0) return undefined;
  return (record) => {
    for (const listener of given) listener(record);
  };
}

/** The audit, which also writes a line for each entry. The line leaves out what was sent. */
export function loggedAudit(audit: AuditStore, log: Logger): AuditStore {
  return {
    append: async (entry) => {
      const appended = await audit.append(entry);
      const { actor, action, target, outcome, details } = entry as AuditEntry;
      if (outcome === 'begun') return appended; // The entry that completes it has the line.
      const { address = null, status = null } = details as Readonly<Record<string, unknown>>;
      log.info({ actor, action, target, outcome, status, address }, 'management');
      return appended;
    },
    list: (query) => audit.list(query),
    find: (number) => audit.find(number),
  };
}

/** `close` with a line before and one after it. */
export function loggedClose(log: Logger, close: () => Promise<void>): () => Promise<void> {
  const startedAt = performance.now();
  let closed: Promise<void> | undefined;
  return () => {
    closed ??= (async () => {
      log.info('stopping: calls in progress are finished');
      await close();
      log.info({ servedSeconds: Math.round((performance.now() - startedAt) / 1000) }, 'stopped');
    })();
    return closed;
  };
}
