// Exports the samples of all methods to tools that send requests, with a signer that works in each.
import type { Platform } from '../protocol/platform.ts';
import { bruno } from './bruno.ts';
import { callsOf } from './calls.ts';
import { httpFiles } from './http-file.ts';
import { postman } from './postman.ts';

export interface ExportOptions {
  /** The address of the server, without a slash at its end. */
  readonly server: string;
  /** The language of the names that a person reads. */
  readonly language: 'zh' | 'en';
  readonly version: string;
}

export interface ExportFile {
  /** Below the directory of the export. */
  readonly path: string;
  readonly text: string;
}

const WRITERS = { postman, bruno, http: httpFiles } as const;

export type Tool = keyof typeof WRITERS;
export const TOOLS = Object.keys(WRITERS) as readonly Tool[];

export interface Exported {
  readonly files: readonly ExportFile[];
  /** The names of platforms that do not say how a tool signs, and are not in the files. */
  readonly without: readonly string[];
}

export function exportTo(
  tool: Tool,
  platforms: readonly Platform[],
  options: ExportOptions,
): Exported {
  const calls = callsOf(platforms);
  return { files: WRITERS[tool](calls, options), without: calls.without };
}
