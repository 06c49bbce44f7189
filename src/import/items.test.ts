// Tests how an import file is cut into items: both formats, any chunks, correct line numbers,
// bounded memory.
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type ImportItem, ImportSyntaxError, readImportItems } from './items.ts';

/** The bytes as a file stream delivers them: decoded across chunks. */
const chunked = (chunks: readonly Uint8Array[]): AsyncIterable<string> =>
  Readable.from(
    chunks.filter((chunk) => chunk.length > 0),
    { objectMode: false },
  ).setEncoding('utf8');

async function read(chunks: AsyncIterable<string>): Promise<ImportItem[]> {
  const items: ImportItem[] = [];
  for await (const item of readImportItems(chunks)) items.push(item);
  return items;
}

const readText = (text: string): Promise<ImportItem[]> => read(chunked([Buffer.from(text)]));

/** Line, place and value of each item. */
const seen = (items: readonly ImportItem[]) =>
  items.map(({ line, place, text }) => [
    line,
    place && `${place.platform}.${place.section}`,
    JSON.parse(text),
  ]);

function refuses(text: string, message: string | RegExp): Promise<void> {
  return rejects(readText(text), (error) => {
    ok(error instanceof ImportSyntaxError, String(error));
    equal(error.code, 'ERR_IMPORT_SYNTAX');
    if (typeof message === 'string') equal(error.message, message);
    else ok(message.test(error.message), error.message);
    return true;
  });
}

const SHAPE =
  'the file has to be {"platform": {"section": [item, …]}}, or NDJSON with a platform in each line';

const SECTIONS = `
{
  "jintong": {
    "partners": [
      { "partner": "a", "note": "]}, {[ \\" \\\\" },

      {"partner": "订单😀", "x": [[1, {"y": ["}"]}], "\\\\\\""]}
    ],
    "orders": [], "more": [1, "two", null, true, -1.5e3,
      "\\u005d,"]
  }, "ytx":{"orders":[{
    "id": 1
  },{"id":2}]}, "empty": {}
}
`;
const SECTION_ITEMS = [
  [5, 'jintong.partners', { partner: 'a', note: ']}, {[ " \\' }],
  [7, 'jintong.partners', { partner: '订单😀', x: [[1, { y: ['}'] }], '\\"'] }],
  [9, 'jintong.more', 1],
  [9, 'jintong.more', 'two'],
  [9, 'jintong.more', null],
  [9, 'jintong.more', true],
  [9, 'jintong.more', -1500],
  [10, 'jintong.more', '],'],
  [11, 'ytx.orders', { id: 1 }],
  [13, 'ytx.orders', { id: 2 }],
];

const LINES = `
{"platform":"jintong","orderId":"1","note":"}{][\\"\\\\"}\r
\r
  \t
{"platform":"ytx","订单":"😀\\u000a"}
{"platform":"jintong","orderId":"3"}`;
const LINE_ITEMS = [
  [2, null, { platform: 'jintong', orderId: '1', note: '}{]["\\' }],
  [5, null, { platform: 'ytx', 订单: '😀\n' }],
  [6, null, { platform: 'jintong', orderId: '3' }],
];

for (const [shape, text, expected] of [
  ['sections', SECTIONS, SECTION_ITEMS],
  [
    'sections on one line',
    JSON.stringify({ p: { s: [{ a: '{' }, 2] } }),
    [
      [1, 'p.s', { a: '{' }],
      [1, 'p.s', 2],
    ],
  ],
  ['NDJSON', LINES, LINE_ITEMS],
  ['NDJSON with a line end behind the last line', `${LINES}\r\n\n`, LINE_ITEMS],
  ['one line of NDJSON', '{"platform":"p"}', [[1, null, { platform: 'p' }]]],
] as const) {
  describe(`${shape}: gives the same items and lines`, () => {
    const bytes = Buffer.from(text);

    test('as a whole', async () => deepEqual(seen(await readText(text)), expected));

    test('cut at every byte', async () => {
      for (let cut = 0; cut <= bytes.length; cut++) {
        const items = await read(chunked([bytes.subarray(0, cut), bytes.subarray(cut)]));
        deepEqual(seen(items), expected, `cut at ${cut}`);
      }
    });

    test('byte by byte', async () => {
      deepEqual(seen(await read(chunked(Array.from(bytes, (byte) => Buffer.of(byte))))), expected);
    });

    test('with a byte order mark, which editors on Windows write', async () => {
      deepEqual(seen(await readText(`\uFEFF${text}`)), expected);
    });
  });
}

test('an item keeps its text unchanged; the reader of the item checks whether it is JSON', async () => {
  const [first, second] = await readText('{"platform":"p"}\n{"platform": oops\n');
  equal(first!.text, '{"platform":"p"}');
  equal(second!.text, '{"platform": oops');
  const items = await readText('{"p":{"s":[ {"a" : 1} , oops,{"b":[1}]]}}');
  deepEqual(
    items.map((item) => item.text),
    ['{"a" : 1}', 'oops', '{"b":[1}]'],
  );
});

describe('a file of neither format is refused, with the line', () => {
  const cases: readonly (readonly [string, string | RegExp])[] = [
    ['', 'line 1: the file ends too early'],
    ['\n\n', 'line 3: the file ends too early'],
    ['[]', `line 1: ${SHAPE}`],
    ['\n[{"platform":"p"}]', `line 2: ${SHAPE}`],
    ['{"p":[]}', `line 1: ${SHAPE}`],
    ['{"p":\n{"s":\n{"a":1}}}', `line 3: ${SHAPE}`],
    ['{"p":{"s":[1]}}\n{"p":{"s":[2]}}', `line 2: ${SHAPE}`],
    ['orderId,state\n1,A\n', 'line 1: the file has to be one JSON object'],
    ['{"p":{"s":[1]}} x', 'line 1: the file has to be one JSON object'],
    ['{"p":{"s":[1]}}}', 'line 1: a bracket too many'],
    ['{"p":{"s":[1\n', 'line 2: the file ends too early'],
    ['{"p":{"s":["\n]}}', 'line 2: the file ends too early'],
    ['{"p":{\ns:[1]}}', 'line 2: s is not a key'],
    ['{"p":{\n"s" "t":[1]}}', 'line 2: "s" "t" is not a key'],
  ];
  for (const [text, message] of cases) test(JSON.stringify(text), () => refuses(text, message));

  // Without an error, the import would report success although it has read nothing.
  for (const text of [
    '{"orderId":"1","state":"A"}',
    '{"jintong":5}',
    '{"jintong":null}',
    '{"jintong":{"orders":"15112480268"}}',
    '{"jintong":{"orders":1,\n"partners":[]}}',
    '{"p":{"s":[1,,2]}}',
    '{"p":{"s":[1,]}}',
    '{"p":{"s":[1}]}',
    '{"p":{"s":[1]]',
    '{"p":{"s":[1] "t":[2]}}',
    '{"p":{"s":[1]},}',
    '{"p" {"s":[1]}}',
  ]) {
    test(JSON.stringify(text), () => refuses(text, /^line \d+: /));
  }
});

test('an item or a line may have 4 MiB; a longer one is refused and not kept in memory', async () => {
  const long = (length: number): string => `"${'x'.repeat(length - 2)}"`;
  const limit = 4 * 1024 * 1024;
  equal((await readText(`{"p":{"s":[${long(limit - 1)}]}}`)).length, 1);
  await refuses(`{"p":{"s":[\n${long(2 * limit)}`, 'line 2: the item is too long');
  const first = '{"platform":"p"}\n';
  equal((await readText(`${first}${long(limit)}`)).length, 2);
  // A line that is too long affects only itself.
  const items = await readText(`${first}${long(2 * limit)}\n${first}`);
  deepEqual(
    items.map(({ line, fault }) => [line, fault]),
    [
      [1, undefined],
      [2, 'the line is too long'],
      [3, undefined],
    ],
  );
});

/**
 * Reads 200 000 items in chunks of 64; measures how far the reader is ahead of the items it has
 * returned.
 */
async function readAhead(open: string, separator: string, close: string): Promise<number> {
  const [count, perChunk] = [200_000, 64];
  let given = 0;
  async function* chunks() {
    yield open;
    while (given < count) {
      let chunk = '';
      for (let i = 0; i < perChunk; i++) {
        chunk += `${given === 0 ? '' : separator}{"platform":"p","orderId":"${given++}"}`;
      }
      yield chunk;
    }
    yield close;
  }
  let taken = 0;
  let most = 0;
  for await (const { text } of readImportItems(chunks())) {
    most = Math.max(most, given - taken);
    equal(text, `{"platform":"p","orderId":"${taken++}"}`);
  }
  equal(taken, count);
  return most;
}

test('for a file of any size, the reader holds at most the items of one chunk and one unfinished item', async () => {
  ok((await readAhead('', '\n', '\n')) <= 65);
  ok((await readAhead('{"p":{"s":[\n', ',', ']}}')) <= 65);
});

const space = fc.constantFrom('', '', ' ', '\n', '\r\n', '\t\n ');
const section = fc.dictionary(
  fc.string({ maxLength: 3 }),
  fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 4 }),
  { maxKeys: 3 },
);
const file = fc.dictionary(fc.string({ maxLength: 3 }), section, { minKeys: 1, maxKeys: 3 });

/** Writes a file with white space between all parts; returns the position of each item, too. */
function write(content: Record<string, Record<string, unknown[]>>, spaces: readonly string[]) {
  let text = '';
  let n = 0;
  const expected: unknown[] = [];
  const put = (piece: string): void => {
    text += spaces[n++ % spaces.length]! + piece;
  };
  put('{');
  for (const [i, [platform, sections]] of Object.entries(content).entries()) {
    put(`${i ? ',' : ''}${JSON.stringify(platform)}`);
    put(':');
    put('{');
    for (const [j, [name, items]] of Object.entries(sections).entries()) {
      put(`${j ? ',' : ''}${JSON.stringify(name)}`);
      put(':');
      put('[');
      for (const [k, item] of items.entries()) {
        if (k) put(',');
        put('');
        const json = JSON.stringify(item);
        expected.push([text.split('\n').length, `${platform}.${name}`, JSON.parse(json)]);
        text += json;
      }
      put(']');
    }
    put('}');
  }
  put('}');
  return { text, expected };
}

test('every file in the format gives the items that JSON.parse finds, each with its line', async () => {
  await fc.assert(
    fc.asyncProperty(
      file,
      fc.array(space, { minLength: 1, maxLength: 9 }),
      fc.nat(),
      async (content, spaces, at) => {
        const { text, expected } = write(content, spaces);
        deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(content)));
        const bytes = Buffer.from(text);
        const cut = at % bytes.length;
        deepEqual(
          seen(await read(chunked([bytes.subarray(0, cut), bytes.subarray(cut)]))),
          expected,
        );
      },
    ),
    { numRuns: 500 },
  );
});

test('a text that JSON.parse refuses is refused as a file, or in one of its items', async () => {
  let broken = 0;
  await fc.assert(
    fc.asyncProperty(
      file,
      fc.nat(),
      fc.constantFrom(...'{}[],:"1'),
      fc.boolean(),
      async (content, at, token, insert) => {
        const { text } = write(content, [' ']);
        const place = at % text.length;
        const mutant = text.slice(0, place) + token + text.slice(place + (insert ? 0 : 1));
        try {
          JSON.parse(mutant);
        } catch {
          broken++;
          await rejects(async () => seen(await readText(mutant)));
        }
      },
    ),
    { numRuns: 1000 },
  );
  ok(broken > 300, `only ${broken} of 1000 mutants were no JSON`);
});
