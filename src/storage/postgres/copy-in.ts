// COPY … FROM STDIN: many rows of one table at once, for a fraction of what an INSERT costs the server.
import type pg from 'pg';
import { storable } from './change-rows.ts';

/** The driver's connection, with what its types leave out. */
interface CopyConnection extends pg.Connection {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/** What the driver asks of a query that is not its own. */
export class CopyIn implements pg.Submittable {
  readonly #text: string;
  readonly #lines: Buffer;
  readonly callback: (error: Error | null) => void;

  /** @param callback called once: when the rows are there, or none of them will be */
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

/** What does not stand for itself, halves of characters included; most texts hold none of it. */
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
