// A Postman collection (format 2.1.0): a folder a platform, a request a sample, each with a script that signs.

import type { ToolCall, ToolExport } from './calls.ts';
import type { ExportFile, ExportOptions } from './index.ts';

const SCHEMA = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json';

/** What Postman offers to a script, under the names that the scripts use. */
const ADAPTER = `const body = pm.variables.replaceIn(pm.request.body.raw.replace(/\\{\\{Sign\\}\\}/g, ''));
const variable = (name) => pm.variables.get(name);
const set = (name, value) => pm.variables.set(name, value);
`;

export function postman(
  { folders, keys }: ToolExport,
  { server, language, version }: ExportOptions,
): ExportFile[] {
  const collection = {
    info: {
      name: 'Ordergate',
      description: `Ordergate ${version}. ${ABOUT[language]}`,
      schema: SCHEMA,
    },
    variable: [
      { key: 'server', value: server },
      ...Object.entries(keys).map(([key, value]) => ({ key, value })),
    ],
    item: folders.map(({ title, calls }) => ({
      name: title[language],
      item: calls.map((call) => itemOf(call, language)),
    })),
  };
  return [
    {
      path: 'ordergate.postman_collection.json',
      text: `${JSON.stringify(collection, null, 2)}\n`,
    },
  ];
}

const ABOUT = {
  zh: '每个请求发送前由其脚本签名。变量 server 为服务器的地址，key_… 为各调用方的密钥。',
  en: 'The script of each request signs it before it is sent. The variable server is the address of the server; key_… are the keys of the callers.',
};

function itemOf({ method, title, request, script }: ToolCall, language: 'zh' | 'en') {
  const { http, path, headers, body } = request;
  const [, ...segments] = path.split('?')[0]!.split('/');
  const query = [...new URLSearchParams(path.split('?')[1] ?? '')];
  return {
    name: `${method} · ${title[language]}`,
    event: [
      {
        listen: 'prerequest',
        script: { type: 'text/javascript', exec: `${ADAPTER}${script}`.trimEnd().split('\n') },
      },
    ],
    request: {
      method: http,
      header: Object.entries(headers).map(([key, value]) => ({ key, value })),
      url: {
        raw: `{{server}}${path}`,
        host: ['{{server}}'],
        path: segments,
        ...(query.length > 0 && { query: query.map(([key, value]) => ({ key, value })) }),
      },
      body: { mode: 'raw', raw: body },
    },
  };
}
