// Scenarios: each shipped one passes on a fresh sandbox, and a file that is wrong is refused with its step and line.

import { deepEqual, equal, match, ok, throws } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { PROTOCOLS } from '../src/callers.ts';
import { readConfig } from '../src/config.ts';
import { platforms } from '../src/platforms/index.ts';
import { readScenario } from '../src/scenario/read.ts';
import { at, difference, fill } from '../src/scenario/values.ts';
import {
  freshSandboxes,
  runScenario,
  type Scenario,
  type StepOutcome,
  shippedNames,
  shippedScenario,
} from '../src/scenarios-here.ts';

const clients = Object.values(PROTOCOLS);
const stage = freshSandboxes(readConfig({}, {}), clients);

async function play(scenario: Scenario): Promise<{ ok: boolean; steps: StepOutcome[] }> {
  const steps: StepOutcome[] = [];
  const { world, close } = await stage.open();
  try {
    return {
      ok: await runScenario(scenario, world, { onStep: (step) => steps.push(step) }),
      steps,
    };
  } finally {
    await close();
  }
}

test('there is a client of each platform', () => {
  deepEqual(
    clients.map(({ contract }) => contract.name),
    platforms.map(({ name }) => name),
  );
});

test('a dozen scenarios come with Ordergate, each with a title in both languages', () => {
  const names = shippedNames();
  ok(names.length >= 12);
  for (const name of names) {
    const { title } = shippedScenario(name);
    ok(title.zh !== title.en && /\p{Script=Han}/u.test(title.zh), name);
  }
});

for (const name of shippedNames()) {
  test(`${name} passes`, async () => {
    const { ok: passed, steps } = await play(shippedScenario(name));
    ok(passed, JSON.stringify(steps.at(-1), null, 2));
    equal(steps.length, shippedScenario(name).steps.length);
  });
}

for (const page of ['docs/scenarios.md', 'docs/zh/scenarios.md']) {
  test(`the scenario of ${page} passes`, async () => {
    const text = readFileSync(new URL(`../${page}`, import.meta.url), 'utf8');
    const [, sample] = /```yaml\n([\s\S]*?)```/.exec(text)!;
    const { ok: passed, steps } = await play(readScenario(sample!, page));
    ok(passed, JSON.stringify(steps.at(-1), null, 2));
  });
}

const HASTEN = `  - call: HastenOrder
    platform: jintong
    as: jane88
    with: { OrderID: '15112480268', UserName: jane88 }
`;

describe('a step that is not as it has to be ends the scenario, and says why', () => {
  const wrong: readonly (readonly [string, string, RegExp, number])[] = [
    [
      'a code',
      `${HASTEN}${HASTEN}`,
      /answers CallFail \(10分钟内.*\), and has to answer success/,
      7,
    ],
    [
      'a success',
      `${HASTEN}    expect: { code: CallFail }`,
      /answers success, and has to answer CallFail/,
      3,
    ],
    [
      'the words',
      `${HASTEN}    expect: { reply: { Order: 1 } }`,
      /^reply.Order is absent, and has to be 1/,
      3,
    ],
    ['a whole reply', `${HASTEN}    expect: { broken: true }`, /the reply is whole/, 3],
    [
      'a broken reply',
      `${HASTEN}    force: reset`,
      /the connection broke.*a reply was expected/,
      3,
    ],
    ['a wrong force', `${HASTEN}    force: slow`, /there is no force "slow"/, 3],
    [
      'a method',
      HASTEN.replace('HastenOrder', 'Hasten'),
      /jintong has no method Hasten; it has HastenOrder/,
      3,
    ],
    [
      'a party',
      HASTEN.replace('as: jane88', 'as: nobody'),
      /the key of jintong\/nobody is not known here/,
      3,
    ],
    [
      'a platform',
      HASTEN.replace('jintong', 'jingtong'),
      /no client of "jingtong"; there are: jintong/,
      3,
    ],
    [
      'a state',
      '  - order: jintong/15112480268\n    expect: { state: C }',
      /^state is "D", and has to be "C"/,
      3,
    ],
    ['an order', '  - order: jintong/404\n    expect: {}', /has no order "404"/, 3],
    ['a move', '  - move: jintong/15112480268\n    to: A', /it can go to/, 3],
    [
      'a value',
      `  - order: jintong/\${id}\n    expect: {}`,
      /\$\{id\} has no value; nothing was taken before/,
      3,
    ],
    ['a path', `${HASTEN}    take: { id: Order.id }`, /there is no Order.id: it is empty/, 3],
    [
      'a receiver',
      '  - callbacks: jintong/jane88\n    expect: []',
      /nothing listens to jintong\/jane88/,
      3,
    ],
    [
      'a callback',
      `  - listen: jintong/jane88\n${HASTEN}  - callbacks: jintong/jane88\n    expect: [{ type: order.moved }]`,
      /0.type is "order.hastened", and has to be "order.moved". Arrived: order.hastened 2/,
      8,
    ],
    [
      'a callback too many',
      `  - listen: jintong/jane88\n${HASTEN}  - callbacks: jintong/jane88\n    expect: []`,
      /it has 1 items, and has to have 0/,
      8,
    ],
  ];
  for (const [what, steps, problem, line] of wrong) {
    test(what, async () => {
      const { ok: passed, steps: done } = await play(
        readScenario(`title: x\nsteps:\n${steps}\n  - advance: 1 s\n`, 'x.yaml'),
      );
      equal(passed, false);
      match(done.at(-1)!.result.en, problem);
      match(done.at(-1)!.result.zh, /\p{Script=Han}|^force: /u);
      deepEqual([done.at(-1)!.ok, done.at(-1)!.line], [false, line]);
    });
  }
});

test('a file that is no scenario is refused with file, step and line', () => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['title: x\nsteps: [', /^x.yaml, line 2, column \d+: /],
    ['steps: []', /^x.yaml, line 1:/],
    ['title: x\nsteps: []', /^x.yaml, line 2: steps:/],
    [
      'title: x\nstep: 1\nsteps: [{ advance: 1 s }]',
      /^x.yaml, line 2: step: there is no such field$/,
    ],
    [
      'title: x\nsteps:\n  - cal: y',
      /^x.yaml, step 1, line 3: a step is exactly one of call, advance.*; it has cal$/,
    ],
    [
      'title: x\nsteps:\n  - advance: 1 s\n    order: y/z',
      /step 1, line 3: .*it has advance and order$/,
    ],
    [
      'title: x\nsteps:\n  - advance: 1 s\n  - advance: soon',
      /^x.yaml, step 2, line 4: advance: has to be like "10 s"/,
    ],
    [
      'title: x\nsteps:\n  - order: y/z\n    expects: {}',
      /^x.yaml, step 1, line 4: expects: there is no such field$/,
    ],
    ['title: x\nsteps:\n  - order: y/z\n', /^x.yaml, step 1, line 3: expect: /],
    [
      'title: x\nsteps:\n  - listen: y/z\n    answers: [99]',
      /^x.yaml, step 1, line 4: answers.0: /,
    ],
    [
      'title: x\ntitle: y\nsteps: [{ advance: 1 s }]',
      /^x.yaml, line 2, column 1: Map keys must be unique/,
    ],
    [
      `a: &a [x,x,x,x,x,x,x,x]\nb: &b [${'*a,'.repeat(60)}]\ntitle: [${'*b,'.repeat(60)}]`,
      /^x.yaml: .*alias/,
    ],
    [' '.repeat(1024 * 1024 + 1), /at most 1048576 bytes/],
  ];
  for (const [text, problem] of wrong) {
    throws(
      () => readScenario(text, 'x.yaml'),
      ({ message, code }: Error & { code: string }) => {
        match(message, problem);
        equal(code, 'ERR_SCENARIO');
        return true;
      },
      text.slice(0, 60),
    );
  }
});

test('a scenario may be JSON', () => {
  const { steps } = readScenario(
    JSON.stringify({ title: 'x', steps: [{ advance: '1 s' }] }),
    'x.json',
  );
  deepEqual(steps, [{ kind: 'advance', line: 1, step: { advance: '1 s' } }]);
});

test('values: names, paths and parts', () => {
  const values = new Map<string, unknown>([
    ['id', 7],
    ['list', [1]],
  ]);
  deepEqual(fill({ a: `n\${id}`, b: [`\${list}`, 3] }, values), { a: 'n7', b: [[1], 3] });
  throws(() => fill(`\${no}`, values), /there are: id, list/);
  equal(at({ a: [{ b: 0 }] }, 'a.0.b'), 0);
  equal(difference({ a: 1, b: 2 }, { a: '1' }), null);
  equal(difference({ a: 'x1' }, { a: '/^x\\d$/' }), null);
  equal(difference({ a: null }, { a: 'null' })?.en, 'a is null, and has to be "null"');
  equal(
    difference({ a: {} }, { a: '[object Object]' })?.en,
    'a is {}, and has to be "[object Object]"',
  );
  deepEqual(difference([1], [1, 2]), {
    zh: '内容有 1 项，应为 2 项',
    en: 'it has 1 items, and has to have 2',
  });
  equal(difference({ a: null }, { a: null }), null);
});
