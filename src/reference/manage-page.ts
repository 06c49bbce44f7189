// The management API in the reference: its list, one operation, and the codes of its errors, from its OpenAPI page.
import {
  type Block,
  type Cell,
  code,
  heading,
  type Language,
  type Line,
  list,
  type Page,
  pathOf,
  table,
  text,
} from './blocks.ts';
import {
  type Management,
  type OpenApi,
  type Operation,
  operationsOf,
  type Parameter,
  type Placed,
} from './openapi.ts';
import { SchemaReader } from './schema-fields.ts';
import { LABELS } from './texts.ts';

export const MANAGE = '/docs/manage';
export const ERRORS = `${MANAGE}/errors`;

const aboveManage = (language: Language): Page['above'] => [
  { to: '/', text: LABELS[language].home },
  { to: '/docs', text: LABELS[language].reference },
];

const aboveOperation = (language: Language): Page['above'] => [
  ...aboveManage(language),
  { to: MANAGE, text: LABELS[language].manageApi },
];

export const summaryOf = (operation: Operation, language: Language): string =>
  language === 'zh' ? operation['x-zh'].summary : operation.summary;

export function managePage(document: OpenApi, language: Language): Page {
  const t = LABELS[language];
  const operations = operationsOf(document);
  return {
    title: t.manageApi,
    path: MANAGE,
    above: aboveManage(language),
    blocks: [
      text(t.manageAbout),
      list([
        [t.manageToken, { code: 'Authorization: Bearer TOKEN' }],
        [t.manageOpenApi, { code: 'GET /manage/v1/openapi.json' }],
        [{ to: ERRORS, text: t.manageErrors }],
      ]),
      ...document.tags.flatMap((tag) => [
        heading(tag.name, tag.name),
        text(language === 'zh' ? tag['x-zh'] : tag.description),
        list(
          operations
            .filter(({ operation }) => operation.tags.includes(tag.name))
            .map((one) => operationLine(one, language)),
        ),
      ]),
    ],
  };
}

const operationLine = ({ method, path, operation }: Placed, language: Language): Line => [
  { to: pathOf('manage', operation.operationId), text: `${method} ${path}`, asCode: true },
  ` ${summaryOf(operation, language)}`,
];

/** Undefined where there is no such operation. */
export function operationPage(
  document: OpenApi,
  operationId: string,
  language: Language,
  server: string,
): Page | undefined {
  const found = operationsOf(document).find(
    ({ operation }) => operation.operationId === operationId,
  );
  if (!found) return undefined;
  const { method, path, operation } = found;
  const t = LABELS[language];
  const schemas = new SchemaReader(document);
  const isOpen = operation.security?.length === 0;
  const description = language === 'zh' ? operation['x-zh'].description : operation.description;
  const summary = summaryOf(operation, language);
  return {
    title: `${method} ${path.replace('/manage/v1', '')}`,
    path: pathOf('manage', operationId),
    above: aboveOperation(language),
    blocks: [
      text({ strong: summary }),
      ...(description === summary ? [] : [text(...withCode(description))]),
      list([
        [`${t.address}${t.colon}`, { code: `${method} ${path}` }],
        [`operationId${t.colon}`, { code: operationId }],
        [
          isOpen ? t.noToken : t.leastRole,
          ...(isOpen ? [] : [{ code: operation['x-least-role'] }]),
        ],
      ]),
      heading('params', t.parameters),
      parameterTable(schemas, operation.parameters, language),
      ...bodyBlocks(schemas, operation, language),
      heading('sample', t.samples),
      code('curl', curlOf(found, isOpen, server)),
      ...replyBlocks(schemas, operation, language),
      heading('errors', t.otherAnswers),
      errorTable(operation, language),
      text({ to: ERRORS, text: t.manageErrors }),
    ],
  };
}

/** Words between backticks are code. */
const withCode = (words: string): Line =>
  words.split('`').map((part, i) => (i % 2 === 0 ? part : { code: part }));

function parameterTable(
  schemas: SchemaReader,
  parameters: readonly Parameter[],
  language: Language,
): Block {
  const t = LABELS[language];
  const rows = parameters.map(({ name, in: place, required, description, schema }): Cell[] => [
    [[{ code: name }], [{ soft: required ? t.required : t.optional }]],
    [[t.placeIn[place]]],
    [[schemas.typeOf(schema)], ...schemas.bounds(schema, language)],
    [...(description === undefined ? [] : [withCode(description)]), ...schemas.meaning(schema)],
  ]);
  return table(t.parameters, [t.field, t.place, t.type, t.meaningOnly], rows, t.none);
}

const JSON_TYPE = 'application/json';

function bodyBlocks(
  schemas: SchemaReader,
  { requestBody }: Operation,
  language: Language,
): Block[] {
  const body = requestBody?.content?.[JSON_TYPE];
  if (!body) return [];
  const t = LABELS[language];
  return [
    heading('body', t.requestBody),
    ...(requestBody?.required ? [] : [text({ soft: t.optional })]),
    schemas.table(t.requestBody, body.schema, language),
    code(t.requestBody, JSON.stringify(body.example, null, 2)),
  ];
}

function replyBlocks(schemas: SchemaReader, { responses }: Operation, language: Language): Block[] {
  const t = LABELS[language];
  const [status, success] = Object.entries(responses).find(([one]) => one.startsWith('2'))!;
  const [[type, body]] = Object.entries(success.content ?? {}) as [
    [string, { readonly schema: Parameter['schema']; readonly example?: unknown }],
  ];
  return [
    heading('reply', t.reply),
    text({ code: status }, ' ', { code: type }),
    ...(type === JSON_TYPE
      ? [
          schemas.table(t.reply, body.schema, language),
          code(t.reply, JSON.stringify(body.example, null, 2)),
        ]
      : []),
  ];
}

function errorTable({ responses }: Operation, language: Language): Block {
  const t = LABELS[language];
  const rows = Object.entries(responses)
    .filter(([status]) => !status.startsWith('2'))
    .map(([status, one]): Cell[] => [
      [[{ code: status }]],
      [withCode((language === 'zh' && one['x-zh']) || one.description)],
    ]);
  return table(t.otherAnswers, [t.status, t.meaningOnly], rows, t.none);
}

function curlOf({ method, path, operation }: Placed, isOpen: boolean, server: string): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const parameter = operation.parameters.find((one) => one.in === 'path' && one.name === name);
    return encodeURIComponent(String(parameter?.example ?? name));
  });
  const body = operation.requestBody?.content?.[JSON_TYPE]?.example;
  return [
    `curl -sS${method === 'GET' || (method === 'POST' && body !== undefined) ? '' : ` -X ${method}`} '${server}${filled}'`,
    ...(isOpen ? [] : ['-H "Authorization: Bearer $TOKEN"']),
    ...(body === undefined ? [] : [`-d '${JSON.stringify(body).replaceAll("'", "'\\''")}'`]),
  ].join(' \\\n  ');
}

export function manageErrorsPage({ errors }: Pick<Management, 'errors'>, language: Language): Page {
  const t = LABELS[language];
  const rows = Object.entries(errors).map(([name, { statuses, cause, remedy, retry }]): Cell[] => [
    [[{ code: name }], [{ soft: statuses.join(', ') }]],
    [[cause[language]]],
    [[remedy[language]], [{ soft: t.retries[retry] }]],
  ]);
  return {
    title: t.manageErrors,
    path: ERRORS,
    above: aboveOperation(language),
    blocks: [
      text(t.manageErrorsAbout),
      table(t.manageErrors, [t.code, t.cause, t.remedy], rows, t.none),
    ],
  };
}
