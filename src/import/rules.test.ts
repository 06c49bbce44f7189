// Tests real people's import files: sections in any sequence, other encodings, repeated keys,
// existing orders.
import { deepEqual, equal, match } from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
  manage,
  PLATFORM_NAMES,
  startTestServer,
  TestClock,
  temporaryDirectory,
} from '../../test/support.ts';
import type { CsvMap } from './csv.ts';
import { type ImportFileOptions, readImportFile } from './read.ts';
import { writeRefused } from './refused.ts';
import { cutIntoParts } from './remote.ts';
import { type ImportOptions, importRows } from './run.ts';

const server = await startTestServer({ clock: new TestClock() });
const target = {
  ...server,
  ledger: server.storage.ledger,
  tokens: server.storage.tokens,
};

type Options = ImportOptions & Partial<ImportFileOptions> & { readonly refusedFile?: string };

async function run(bytes: string | Buffer, options: Options = {}) {
  const { refusedFile, dryRun, update, ...file } = options;
  const problems: string[] = [];
  const written = refusedFile === undefined ? undefined : writeRefused(refusedFile);
  const open = async function* () {
    yield Buffer.from(bytes as string);
  };
  const csv = file.csv && { ...file.csv, onHeadings: (line: string) => written?.headings(line) };
  const rows = await readImportFile(open, { encoding: 'utf-8', ...file, csv });
  const observer = {
    onRefused(
      line: number,
      problem: string,
      its: Parameters<NonNullable<typeof written>['add']>[0],
    ) {
      problems.push(`${line}: ${problem}`);
      written?.add(its);
    },
    onProgress() {},
  };
  const report = await importRows(rows, target, observer, { dryRun, update } as ImportOptions);
  written?.finish();
  return { report, problems };
}

const APP = 'ff8080813fc70a7b013fc72312324213';
const topUp = (requestId: string, fields: object = {}) => ({
  requestId,
  appid: APP,
  orderSts: '0',
  mobile: '18812340804',
  oriAmount: '2.94',
  ...fields,
});
const flight = (orderId: string, fields: object = {}) => ({
  orderId,
  userName: 'jane88',
  state: 'D',
  amount: '1280.00',
  createdAt: '2015-11-03 09:12:33',
  ...fields,
});
const line = (platform: string, item: object) => JSON.stringify({ platform, ...item });

describe('Sections and platforms stand in any sequence', () => {
  test('orders may precede their partner, with another platform between them', async () => {
    const partner = {
      partner: 'late01',
      key: 'b7e1c0a4d25f4b6f9f0c7a1e3d5b8c99',
      users: ['late01'],
      actions: ['HastenOrder'],
    };
    const text = `{"jintong":{"orders":[${JSON.stringify(flight('any-1', { userName: 'late01' }))}],
"partners":[${JSON.stringify(partner)}]}, "ytx":{"orders":[${JSON.stringify(topUp('any1'))}],"products":[{"productCode":"LATE","amount":"1.00"}]}}`;
    const { report, problems } = await run(text);
    deepEqual(problems, []);
    deepEqual(report, { orders: 2, parties: 1, catalog: 1, existing: 0, refused: 0 });
  });

  test('NDJSON contains rows of every section, and an order may precede its partner', async () => {
    const partner = {
      section: 'partners',
      partner: 'late02',
      key: 'b7e1c0a4d25f4b6f9f0c7a1e3d5b8c98',
      users: ['late02'],
      actions: [],
    };
    const retired = { section: 'retiredMethods', item: 'suning.gone.method.query' };
    const lines = [
      line('jintong', flight('any-2', { userName: 'late02' })),
      line('jintong', partner),
      line('suning', retired),
    ];
    const { report, problems } = await run(lines.join('\n'));
    deepEqual(problems, []);
    deepEqual(report, { orders: 1, parties: 1, catalog: 1, existing: 0, refused: 0 });
  });
});

describe('a row that is not UTF-8 or repeats a key is refused with line and field', () => {
  const gbk = Buffer.concat([
    Buffer.from(`${line('ytx', topUp('gb0'))}\n`),
    Buffer.from(
      line('ytx', topUp('gb1', { remark: '#' })).replace('#', '\xb3\xc9\xb9\xa6'),
      'latin1',
    ),
    Buffer.from(`\n${line('ytx', topUp('gb2'))}`),
  ]);

  test('only the row in GB18030 is refused, and the message names --encoding', async () => {
    const { report, problems } = await run(gbk);
    deepEqual([report.orders, report.refused], [2, 1]);
    match(problems[0]!, /^2: remark: is not UTF-8, .* GB18030; .*--encoding gb18030$/);
  });

  test('the same row is accepted with --encoding', async () => {
    const { report, problems } = await run(gbk, { encoding: 'gb18030' });
    deepEqual([problems, report.orders, report.existing], [[], 1, 2]);
    const { body } = await manage(server, 'GET', '/orders/ytx/gb1');
    equal(body.attributes.remark, '成功');
  });

  test('bytes that are invalid in both encodings are refused with GB18030, too', async () => {
    const bytes = Buffer.from(line('ytx', topUp('gb3', { remark: '\xff\xff' })), 'latin1');
    deepEqual((await run(bytes, { encoding: 'gb18030' })).problems, ['1: remark: is not GB18030']);
    match((await run(bytes)).problems[0]!, /^1: remark: is not UTF-8; save the file as UTF-8$/);
  });

  test('a repeated key is refused, also if it is escaped, nested, or the name of a section', async () => {
    const lines = [
      line('ytx', topUp('tw1')).replace(
        '"oriAmount":"2.94"',
        '"oriAmount":"2.94","oriAmount":"9.99"',
      ),
      line('ytx', topUp('tw2')).replace('"orderSts":"0"', '"orderSts":"0","order\\u0053ts":"1"'),
      '{"platform":"suning","section":"subscriptionOrders","orderDetail":[{},{"a":1,"b":{},"a":2}]}',
    ];
    deepEqual((await run(lines.join('\n'))).problems, [
      '1: oriAmount: is given twice',
      '2: orderSts: is given twice',
      '3: orderDetail.1.a: is given twice',
    ]);
    await run('{"ytx":{"orders":[]},\n"ytx":{}}').then(
      () => Promise.reject(new Error('it was taken')),
      (error) => equal(error.message, 'line 2: ytx: this key is given twice'),
    );
  });

  test('the message recognises a file in UTF-16', async () => {
    await run(Buffer.from('\uFEFF{}', 'utf16le')).then(
      () => Promise.reject(new Error('it was taken')),
      (error) => equal(error.message, 'line 1: the file is UTF-16; save it as UTF-8'),
    );
  });
});

test('a broken line affects only itself, even the first line', async () => {
  const lines = [
    '{"platform":"ytx","requestId',
    line('ytx', topUp('br1')),
    line('ytx', topUp('br2')),
  ];
  const { report, problems } = await run(lines.join('\n'));
  deepEqual([report.orders, report.refused], [2, 1]);
  match(problems[0]!, /^1: \(item\): /);
  const alone = await run('{"platform":"ytx","requestId', { name: 'rows.ndjson' });
  deepEqual(alone.report.refused, 1);
});

test('an unknown platform or section is refused, even if it is empty', async () => {
  const { problems } = await run(
    '{"ytxx":{},"ytx":{"order":[],\n"orders":[]},"jintong":{"x":[{}]}}',
  );
  deepEqual(problems, [
    `1: ytxx: no such platform; there are: ${PLATFORM_NAMES.join(', ')}`,
    '1: ytx.order: no such section; there are: accounts, orders, products',
    '2: jintong.x: no such section; there are: partners, orders',
  ]);
});

describe('two rows are the same order if platform and id are equal, whatever the state', () => {
  test('two ytx orders with one customParm: the second is refused with the first one’s id', async () => {
    const rows = [topUp('cp1', { customParm: 'mine' }), topUp('cp2', { customParm: 'mine' })];
    const text = rows.map((row) => line('ytx', row)).join('\n');
    const { report, problems } = await run(text);
    deepEqual([report.orders, report.existing, report.refused], [1, 0, 1]);
    const said = '2: customParm: "mine" is that of order cp1 already; give this order its own';
    deepEqual(problems, [said]);
    const again = await run(text);
    deepEqual([again.report.existing, again.problems], [1, [said]]);
  });

  test('owner, amount, customParm and an absolute createdAt of an order never change', async () => {
    await run(
      [line('ytx', topUp('same1', { customParm: 'a1' })), line('jintong', flight('same1'))].join(
        '\n',
      ),
    );
    await manage(server, 'POST', '/orders/jintong/same1/transitions', { to: 'E' });
    const other = 'cbc6ceb21fd34664b6e452ca2aa40b3f';
    const rows = [
      line('ytx', topUp('same1', { customParm: 'a1', orderSts: '1', remark: 'x' })),
      line('ytx', topUp('same1', { customParm: 'a1', appid: other })),
      line('ytx', topUp('same1', { customParm: 'a1', oriAmount: '2.95' })),
      line('ytx', topUp('same1', { customParm: 'a2' })),
      line('ytx', topUp('same1', { customParm: 'a1', createdAt: '2016-01-02 09:12:33' })),
      line('jintong', flight('same1')),
      line('jintong', flight('same1', { userName: 'wang01' })),
      line('jintong', flight('same1', { amount: '1.00' })),
      line('jintong', flight('same1', { createdAt: '2015-11-03 09:12:34' })),
    ];
    const { report, problems } = await run(rows.join('\n'));
    deepEqual([report.orders, report.existing, report.refused], [0, 2, 7]);
    deepEqual(
      problems.map((problem) => problem.split(' is there already')[0]),
      [
        ...['2: appid', '3: oriAmount', '4: customParm', '5: createdAt'],
        ...['7: userName', '8: amount', '9: createdAt'],
      ].map((field) => `${field}: order same1`),
    );
    match(problems[1]!, /with "2\.94", and this row says "2\.95"; give it another id/);
  });

  test('Suning: supplier, quantity and paidAt of a line; provider, prices and createTime', async () => {
    const paid = { paidAt: '2026-01-02 10:00:00' };
    const row = {
      section: 'virtualOrders',
      orderId: 'v1',
      orderItemId: 'l1',
      supplierCode: '10042869',
      fulfilment: 'card',
      quantity: 2,
      state: 'unshipped',
      ...paid,
    };
    const rows = [
      row,
      { ...row, quantity: 3 },
      { ...row, supplierCode: '10099999' },
      { ...row, paidAt: '2026-01-02 10:00:01' },
      { ...row, paidAt: undefined, paidMinutesAgo: 9, state: 'shipped' },
    ];
    // Adjacent rows of one id would form one order.
    const text = rows
      .map((r, i) => `${line('suning', r)}\n${line('ytx', topUp(`sep${i}`))}`)
      .join('\n');
    const { problems } = await run(text);
    deepEqual(
      problems.map((problem) => problem.split(' is there already')[0]),
      ['3: quantity: order v1', '5: supplierCode: order v1', '7: paidAt: order v1'],
    );
    const { suning } = JSON.parse(
      readFileSync(new URL('../platforms/suning/sandbox.json', import.meta.url), 'utf8'),
    );
    const [whole] = suning.subscriptionOrders;
    const cheaper = structuredClone(whole);
    cheaper.orderDetail[1].realPaymentTotal = '19.00';
    const found = await run(JSON.stringify({ suning: { subscriptionOrders: [cheaper] } }));
    match(found.problems.join(), /^1: orderDetail\.1\.realPaymentTotal: order S\d+ is there/);
  });
});

test('a dry run gives the same results as a run, also between rows of one file, and changes nothing', async () => {
  const rows = [
    topUp('dry1', { customParm: 'dry' }),
    topUp('dry2', { customParm: 'dry' }),
    topUp('dry1', { oriAmount: '9.00', customParm: 'dry' }),
    topUp('2016010000000219', { customParm: '123456' }),
  ].map((row) => line('ytx', row));
  const { report, problems } = await run(rows.join('\n'), { dryRun: true });
  deepEqual([report.orders, report.existing, report.refused], [1, 1, 2]);
  deepEqual(
    problems.map((problem) => problem.split(': ', 2).join(': ')),
    ['2: customParm', '3: oriAmount'],
  );
  equal((await manage(server, 'GET', '/orders/ytx/dry1')).status, 404);
});

test('--update moves orders to the state of their row, along the operator’s transitions', async () => {
  const row = {
    section: 'virtualOrders',
    orderId: 'up3',
    orderItemId: 'l1',
    supplierCode: '10042869',
    fulfilment: 'sms',
    quantity: 1,
    state: 'unshipped',
    paidMinutesAgo: 1,
  };
  const rows = (sts: string, state: string, line_: object) =>
    [
      line('ytx', topUp('up1', { orderSts: sts, remark: 'SN1' })),
      line('jintong', flight('up2', { state })),
      line('suning', { ...row, ...line_ }),
    ].join('\n');
  await run(rows('0', 'D', {}));
  const { report } = await run(rows('1', 'E', { refund: 'started' }), { update: true });
  deepEqual(report, { orders: 0, parties: 0, catalog: 0, existing: 0, refused: 0, updated: 3 });
  const { body } = await manage(server, 'GET', '/orders/ytx/up1');
  deepEqual([body.state, body.attributes.remark, body.history[1].actor], ['1', 'SN1', 'import']);
  const line0 = (await manage(server, 'GET', '/orders/suning/up3')).body.lines[0];
  deepEqual([line0.state, line0.attributes.refund], ['unshipped', 'started']);
  const back = await run(rows('0', 'E', { refund: 'started' }), { update: true });
  deepEqual([back.report.updated, back.report.existing, back.report.refused], [0, 2, 1]);
  match(
    back.problems[0]!,
    /^1: orderSts: order up1 is in 1 \(充值成功\), .* can go to: -2 \(已退款\)$/,
  );
});

test('refused rows are written to a file, which can be corrected and imported', async () => {
  const refusedFile = join(temporaryDirectory(), 'refused.ndjson');
  const rows = [
    JSON.stringify(topUp('rf1', { orderSts: '9' })),
    '{"requestId":"rf2",\n "oops":1}',
    JSON.stringify(topUp('rf3', { remark: '\xb3\xc9' })),
  ];
  const bytes = Buffer.from(
    `{"ytx":{"orders":[\n${rows.join(',\n')}]},"suning":{"retiredMethods":["a b"]}}`,
    'latin1',
  );
  const first = await run(bytes, { refusedFile });
  equal(first.report.refused, 4);
  const written = readFileSync(refusedFile);
  equal(written.toString('latin1').split('\n').length, 5);
  const mended = Buffer.from(
    written
      .toString('latin1')
      .replace('"orderSts":"9"', '"orderSts":"1"')
      .replace(
        '"oops":1',
        JSON.stringify(topUp('rf2')).slice(1, -1).replace('"requestId":"rf2",', ''),
      )
      .replace('\xb3\xc9', 'done')
      .replace('"a b"', '"a.b.c"'),
    'latin1',
  );
  writeFileSync(refusedFile, mended);
  const again = await run(mended, { refusedFile });
  deepEqual(again.problems, []);
  deepEqual([again.report.orders, again.report.catalog], [3, 1]);
  equal(readFileSync(refusedFile, 'utf8'), '');
});

describe('CSV', () => {
  const map: CsvMap = {
    orderId: { column: '订单号' },
    userName: { column: '用户' },
    state: { column: '状态' },
    amount: { column: '金额' },
    createdAt: { column: '下单时间' },
    flightNo: { value: 'MU5101' },
  };
  const csv = { platform: 'jintong', section: 'orders', map };
  const text =
    '订单号,用户,状态,金额,下单时间,备注\r\ncsv-1,jane88,支付成功,1280.00,2015-11-03 09:12:33,"多行\n备注, ""引号"""\r\n\r\ncsv-2,jane88,D,1.005,2015-11-03 09:12:33,\r\ncsv-3,jane88,D\r\n';

  test('--map selects columns; a refusal names the field, and refused rows are written as CSV', async () => {
    const refusedFile = join(temporaryDirectory(), 'refused.csv');
    const { report, problems } = await run(`\uFEFF${text}`, { csv, refusedFile });
    deepEqual([report.orders, report.refused], [1, 2]);
    deepEqual(problems, [
      '5: amount: has to be an amount in yuan, like "1280.00"',
      '6: (item): has 3 cells, and the headings are 6',
    ]);
    const { body } = await manage(server, 'GET', '/orders/jintong/csv-1');
    deepEqual([body.state, body.attributes.flightNo], ['D', 'MU5101']);
    const mended = readFileSync(refusedFile, 'utf8')
      .replace('1.005', '1.00')
      .replace('csv-3,jane88,D', 'csv-3,jane88,D,2.00,2015-11-03 09:12:33,');
    deepEqual((await run(mended, { csv })).report.orders, 2);
  });

  test('GB18030, as Excel writes it in China', async () => {
    const rows = Buffer.concat([
      Buffer.from(
        'orderId,userName,state,amount,createdAt,note\ncsv-9,jane88,D,1.00,2015-11-03 09:12:33,',
      ),
      Buffer.from([0xb6, 0xa9, 0xb5, 0xa5, 0x0a]),
    ]);
    const plain = { platform: 'jintong', section: 'orders' };
    match((await run(rows, { csv: plain })).problems[0]!, /^2: note: is not UTF-8, .*gb18030$/);
    equal((await run(rows, { csv: plain, encoding: 'gb18030' })).report.orders, 1);
  });

  test('a missing column, a heading that is not UTF-8, and a file without headings are refused', async () => {
    const refuses = (bytes: string | Buffer, message: RegExp) =>
      run(bytes, { csv }).then(
        () => Promise.reject(new Error('it was taken')),
        (error) => match(error.message, message),
      );
    await refuses(
      'a,b\n1,2\n',
      /--map takes orderId from a column "订单号", and the columns are: a, b/,
    );
    const gbk = Buffer.concat([
      Buffer.from('a,'),
      Buffer.from([0xb6, 0xa9]),
      Buffer.from('\n1,2\n'),
    ]);
    await refuses(gbk, /^line 1: the heading of column 2 is not UTF-8, .*--encoding gb18030$/);
    await refuses('', /no headings/);
    await refuses('a,"b\n1,2\n', /^line \d+: the file is no CSV/);
  });
});

test('a running server receives the file in parts over the management API, also for a dry run', async () => {
  const partner = {
    section: 'partners',
    partner: 'api01',
    key: 'b7e1c0a4d25f4b6f9f0c7a1e3d5b8c97',
    users: ['api01'],
    actions: [],
  };
  const lines = [line('jintong', flight('api-1', { userName: 'api01' })), line('jintong', partner)];
  const open = async function* () {
    yield Buffer.from([...lines, '{"platform":"nobody"}'].join('\n'));
  };
  const rows = await readImportFile(open, { encoding: 'utf-8' });
  for (const dryRun of ['a name', null]) {
    const answers = [];
    for await (const part of cutIntoParts(rows, server.platforms)) {
      answers.push(await manage(server, 'POST', '/import', { rows: part, dryRun }));
    }
    deepEqual(
      answers.map(({ status, body }) => [status, body.report.parties, body.report.orders]),
      [
        [200, 1, 0],
        [200, 0, 1],
      ],
    );
    const [{ line: at, problem, rows: places }] = answers[1]!.body.refused;
    deepEqual([at, places], [3, [1]]);
    match(problem, /^platform: has to be one of/);
    const { status } = await manage(server, 'GET', '/orders/jintong/api-1');
    equal(status, dryRun === null ? 200 : 404);
  }
});
