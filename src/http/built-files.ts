// Serves files that were compressed at build time: the console's, and the script of the reference.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { HttpCall, HttpReply } from './routes.ts';

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  html: 'text/html; charset=utf-8',
};

/** A file's name contains the hash of its content, so that caches may keep it for ever. */
const FILE_HEADERS = {
  'cache-control': 'public, max-age=31536000, immutable',
  'x-content-type-options': 'nosniff',
};

interface Built {
  readonly type: string;
  /** Keyed by content coding. */
  readonly bytes: Readonly<Record<'br' | 'gzip' | 'identity', Uint8Array>>;
}

function readBuilt(directory: URL, name: string): Built {
  const read = (suffix: string) => readFileSync(new URL(name + suffix, directory));
  const type = TYPES[name.split('.').at(-1)!] ?? 'application/octet-stream';
  return { type, bytes: { br: read('.br'), gzip: read('.gz'), identity: read('') } };
}

/** The best coding that the caller accepts; `q=0` excludes one. */
export function chooseCoding(header: string | string[] | undefined): keyof Built['bytes'] {
  const given = String(header ?? '')
    .split(',')
    .map((one) => one.trim().toLowerCase());
  const takes = (coding: string): boolean =>
    given.some((one) => one.split(';')[0]!.trim() === coding && !/;\s*q=0(\.0*)?$/.test(one));
  if (takes('br')) return 'br';
  return takes('gzip') ? 'gzip' : 'identity';
}

export interface BuiltFiles {
  has(name: string): boolean;
  /** Serves the file, which has to exist, in the best coding that the caller accepts. */
  serve(name: string, call: HttpCall, headers: Readonly<Record<string, string>>): HttpReply;
  /** Serves the file that the path names as `file`, for ever; 404 where there is none. */
  asset(call: HttpCall): HttpReply;
}

/** Each file is read at its first request, so that the start does not wait. */
export function builtFiles(directory: URL): BuiltFiles {
  const files = new Map<string, Built>();
  let names: ReadonlySet<string> | undefined;

  const serve: BuiltFiles['serve'] = (name, call, headers) => {
    const file = files.get(name) ?? readBuilt(directory, name);
    files.set(name, file);
    const coding = chooseCoding(call.headers['accept-encoding']);
    return {
      status: 200,
      contentType: file.type,
      body: file.bytes[coding],
      headers: {
        ...headers,
        vary: 'accept-encoding',
        ...(coding !== 'identity' && { 'content-encoding': coding }),
      },
    };
  };
  return {
    has: (name) => existsSync(new URL(name, directory)),
    serve,
    asset(call) {
      const name = call.params.file!;
      names ??= new Set(existsSync(directory) ? readdirSync(directory) : []);
      if (/\.(br|gz)$/.test(name) || !names.has(name)) {
        const body = 'There is no such file. It may have been built anew: reload the page.\n';
        return { status: 404, contentType: 'text/plain; charset=utf-8', body };
      }
      return serve(name, call, FILE_HEADERS);
    },
  };
}
