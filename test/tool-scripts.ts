// Runs the scripts of exported requests as their tools do, with nothing but what each tool offers, and sends the requests.
import { createContext, runInContext } from 'node:vm';
import type { ExportFile } from '../src/export/index.ts';

export interface Sent {
  readonly name: string;
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

interface Request {
  readonly name: string;
  readonly http: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly script: string;
}

type Variables = Map<string, string>;

const filled = (text: string, variables: Variables): string =>
  text.replaceAll(/\{\{(\w+)\}\}/g, (whole, name: string) => variables.get(name) ?? whole);

async function send(request: Request, variables: Variables, host: object): Promise<Sent> {
  // A context of its own: no require, no Buffer, no console.
  runInContext(request.script, createContext({ ...host }));
  const headers = Object.entries(request.headers).map(([name, value]) => [
    name,
    filled(value, variables),
  ]);
  const response = await fetch(filled(request.url, variables), {
    method: request.http,
    headers: Object.fromEntries(headers),
    body: filled(request.body, variables),
  });
  const { status } = response;
  return { name: request.name, status, headers: response.headers, body: await response.text() };
}

interface PostmanItem {
  readonly name: string;
  readonly item?: readonly PostmanItem[];
  readonly event: readonly [{ readonly listen: string; readonly script: { exec: string[] } }];
  readonly request: {
    readonly method: string;
    readonly header: readonly { readonly key: string; readonly value: string }[];
    readonly url: { readonly raw: string };
    readonly body: { readonly mode: 'raw'; readonly raw: string };
  };
}

/** As Postman: `pm.variables` sees the collection's, and what a script sets is of its request. */
export async function sendPostman([file]: readonly ExportFile[]): Promise<Sent[]> {
  const collection: { variable: { key: string; value: string }[]; item: PostmanItem[] } =
    JSON.parse(file!.text);
  const sent: Sent[] = [];
  for (const { name, event, request } of collection.item.flatMap(({ item }) => item!)) {
    const variables: Variables = new Map(collection.variable.map(({ key, value }) => [key, value]));
    const pm = {
      request: { body: { raw: request.body.raw } },
      variables: {
        get: (key: string) => variables.get(key),
        set: (key: string, value: string) => variables.set(key, value),
        replaceIn: (text: string) => filled(text, variables),
      },
    };
    const [{ script }] = event;
    sent.push(
      await send(
        {
          ...{ name, http: request.method, url: request.url.raw, body: request.body.raw },
          headers: Object.fromEntries(request.header.map(({ key, value }) => [key, value])),
          script: script.exec.join('\n'),
        },
        variables,
        { pm },
      ),
    );
  }
  return sent;
}

/** The blocks of a .bru file: a name, and indented lines between braces. */
function blocksOf(text: string): Map<string, string> {
  const blocks = [...text.matchAll(/^([\w:-]+) \{\n([\s\S]*?)\n\}$/gm)];
  return new Map(blocks.map(([, name, content]) => [name!, content!.replaceAll(/^ {2}/gm, '')]));
}

const pairs = (block = ''): [string, string][] =>
  block.split('\n').map((line) => {
    const [name, ...rest] = line.split(': ');
    return [name!, rest.join(': ')];
  });

/** As Bruno: variables of the environment, and those that a script sets. */
export async function sendBruno(files: readonly ExportFile[]): Promise<Sent[]> {
  const environment = blocksOf(files.find(({ path }) => path.startsWith('environments/'))!.text);
  const sent: Sent[] = [];
  for (const { path, text } of files) {
    if (!/^\w+\/\d/.test(path)) continue;
    const blocks = blocksOf(text);
    const body = blocks.get('body:text')!;
    const variables: Variables = new Map(pairs(environment.get('vars')));
    const bru = {
      getEnvVar: (name: string) => variables.get(name),
      setVar: (name: string, value: string) => variables.set(name, value),
    };
    const request: Request = {
      name: new Map(pairs(blocks.get('meta'))).get('name')!,
      http: 'POST',
      url: new Map(pairs(blocks.get('post'))).get('url')!,
      headers: Object.fromEntries(pairs(blocks.get('headers'))),
      ...{ body, script: blocks.get('script:pre-request')! },
    };
    // A body of JSON reaches a script parsed, unless it asks for the raw text.
    const isJson = /json/.test(request.headers['Content-Type'] ?? '');
    const getBody = ({ raw = false } = {}) => (isJson && !raw ? JSON.parse(body) : body);
    sent.push(await send(request, variables, { bru, req: { getBody } }));
  }
  return sent;
}

/** As JetBrains' HTTP client: `request.environment` of the file, `request.variables` of the request. */
export async function sendHttpFiles(files: readonly ExportFile[]): Promise<Sent[]> {
  const environment: Record<string, string> = JSON.parse(
    files.find(({ path }) => path === 'http-client.env.json')!.text,
  ).sandbox;
  const sent: Sent[] = [];
  for (const { text } of files.filter(({ path }) => path.endsWith('.http'))) {
    for (const part of text.split(/^### /m).slice(1)) {
      const [, name, script, line, rest] = /^(.*)\n< \{%\n([\s\S]*?)\n%\}\n(.*)\n([\s\S]*)$/.exec(
        part,
      )!;
      const [head, body] = rest!.split('\n\n');
      const variables: Variables = new Map(Object.entries(environment));
      const request = {
        environment: { get: (key: string) => environment[key] },
        variables: {
          get: (key: string) => variables.get(key),
          set: (key: string, value: string) => void variables.set(key, value),
        },
      };
      const [http, url] = line!.split(' ');
      sent.push(
        await send(
          {
            ...{ name: name!, http: http!, url: url! },
            headers: Object.fromEntries(pairs(head)),
            ...{ body: body!.trim(), script: script! },
          },
          variables,
          { request },
        ),
      );
    }
  }
  return sent;
}
