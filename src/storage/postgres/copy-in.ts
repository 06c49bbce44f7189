// COPY … FROM STDIN: adds many rows to a table at once, at a fraction of the cost of INSERT.
import type pg from 'pg';
import { storable } from './change-rows.ts';

/** The driver's connection with members that its types omit. */
interface CopyConnection extends pg.Connection {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/** The interface that the driver requires of foreign queries. */
export class CopyIn implements pg.Submittable {
  readonly #text: string;
  readonly #lines: Buffer;
  readonly callback: (error: Error | null) => void;

  /** @param callback called once: when all rows are stored, or when none will be */
  constructor(text: string, lines: Buffer, callback: (error: Error | null) => void) {
    this.#text = text;
    this.#lines = lines;
    this.callback = callback;
  }

  submit(connection: pg.Connection): void {
    connection.query(this.#text);
  }

  handleCopyInResponse(connection: CopyConnection): void {
    connection.sendCopyFromChunk(this.#lines);
    connection.endCopyFrom();
  }

  handleCommandComplete(): void {}

  handleError(error: Error): void {
    this.callback(error);
  }

  handleReadyForQuery(): void {
    this.callback(null);
  }
}

/** Characters that need escaping, including halves of surrogate pairs; most texts contain none. */
const SPECIAL = /[\\\t\n\r\0\ud800-\udfff]/;
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
};

/** One row in COPY's text format. */
export function copyLine(values: readonly (string | number | null)[]): string {
  let line = '';
  let separator = '';
  for (const value of values) {
    line += separator;
    separator = '\t';
    if (value === null) line += '\\N';
    else if (typeof value === 'number') line += value;
    else line += SPECIAL.test(value) ? escaped(value) : value;
  }
  return `${line}\n`;
}

function escaped(text: string): string {
  return storable(text).replace(/[\\\t\n\r]/g, (special) => ESCAPES[special]!);
}
