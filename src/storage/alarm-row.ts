// Rows of the documents of alarms, alike on both engines.
import type { AlarmDocument } from '../core/alarm-documents.ts';

export const ALARM_COLUMNS = 'kind, id, version, at, document';

/** Reads a row of {@link ALARM_COLUMNS}. */
export function toAlarmDocument(row: readonly unknown[]): AlarmDocument {
  const [kind, id, version, at, document] = row;
  return {
    ...{ kind, id },
    ...{ version: Number(version), at: Number(at) },
    document: JSON.parse(String(document)),
  } as AlarmDocument;
}
