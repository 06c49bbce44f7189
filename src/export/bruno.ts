// A Bruno collection: a folder a platform, a file a sample, each with a script that signs.

import type { ToolCall, ToolExport } from './calls.ts';
import type { ExportFile, ExportOptions } from './index.ts';

/** What Bruno offers to a script, under the names that the scripts use. */
const ADAPTER = `const body = String(req.getBody({ raw: true }));
const variable = (name) => bru.getEnvVar(name);
const set = (name, value) => bru.setVar(name, value);
`;

export function bruno(
  { folders, keys }: ToolExport,
  { server, language }: ExportOptions,
): ExportFile[] {
  const variables = Object.entries({ server, ...keys }).map(([key, value]) => `  ${key}: ${value}`);
  return [
    {
      path: 'bruno.json',
      text: `${JSON.stringify({ version: '1', name: 'Ordergate', type: 'collection' }, null, 2)}\n`,
    },
    {
      path: 'environments/sandbox.bru',
      text: `vars {\n${variables.join('\n')}\n}\n`,
    },
    ...folders.flatMap(({ platform, title, calls }) => [
      { path: `${platform}/folder.bru`, text: `meta {\n  name: ${title[language]}\n}\n` },
      ...calls.map((call, i) => ({
        path: `${platform}/${i + 1}-${call.method}.bru`,
        text: fileOf(call, i + 1, language),
      })),
    ]),
  ];
}

const indented = (text: string): string => text.trimEnd().replaceAll(/^(?=.)/gm, '  ');

/** The body is text, so that it is sent byte for byte as it was signed. */
function fileOf({ method, title, request, script }: ToolCall, seq: number, language: 'zh' | 'en') {
  const { http, path, headers, body } = request;
  const query = [...new URLSearchParams(path.split('?')[1] ?? '')];
  const blocks: (readonly [name: string, content: string])[] = [
    ['meta', `name: ${method} · ${title[language]}\ntype: http\nseq: ${seq}`],
    [http.toLowerCase(), `url: {{server}}${path}\nbody: text\nauth: none`],
    ...(query.length > 0
      ? [['params:query', query.map(([key, value]) => `${key}: ${value}`).join('\n')] as const]
      : []),
    [
      'headers',
      Object.entries(headers)
        .map(([key, value]) => `${key}: ${value}`)
        .join('\n'),
    ],
    ['body:text', body],
    ['script:pre-request', `${ADAPTER}${script}`],
  ];
  return `${blocks.map(([name, content]) => `${name} {\n${indented(content)}\n}`).join('\n\n')}\n`;
}
