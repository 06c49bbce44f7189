// Requests as .http files for JetBrains' HTTP client and httpyac: a file a platform, with a script that signs each.

import type { ToolCall, ToolExport } from './calls.ts';
import type { ExportFile, ExportOptions } from './index.ts';

export function httpFiles(
  { folders, keys }: ToolExport,
  { server, language }: ExportOptions,
): ExportFile[] {
  const environment = { sandbox: { server, ...keys } };
  return [
    {
      path: 'http-client.env.json',
      text: `${JSON.stringify(environment, null, 2)}\n`,
    },
    ...folders.map(({ platform, calls }) => ({
      path: `${platform}.http`,
      text: calls.map((call) => requestOf(call, language)).join('\n'),
    })),
  ];
}

/** The body stands in the script, which signs it, and reaches the request as a variable. */
function requestOf({ method, title, request, script }: ToolCall, language: 'zh' | 'en'): string {
  const { http, path, headers, body } = request;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return `### ${method} · ${title[language]}
< {%
const body = ${JSON.stringify(body)};
const variable = (name) => request.environment.get(name);
const set = (name, value) => request.variables.set(name, value);
${script.trimEnd()}
set('body', body${body.includes('{{Sign}}') ? ".replace('{{Sign}}', request.variables.get('Sign'))" : ''});
%}
${http} {{server}}${path}
${lines.join('\n')}

{{body}}
`;
}
