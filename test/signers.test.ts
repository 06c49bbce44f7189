// The programs of the reference in each language: checked against the vectors, and run against a server as they are shown.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { platforms } from '../src/platforms/index.ts';
import type { NamedTexts } from '../src/protocol/signing-sample.ts';
import { LANGUAGES, type ProgramLanguage } from '../src/reference/languages.ts';
import { templateOf } from '../src/reference/programs.ts';
import { type Vector, vectorsOf } from '../src/reference/vectors.ts';
import { startTestServer } from './support.ts';
import { runProgram, withoutToolchain } from './toolchains.ts';

/** How a language calls a signer and prints what it returns. */
interface Speech {
  call(name: string, args: readonly string[]): string;
  print(expression: string): string;
  /** What closes the brackets that are open where the values begin. */
  readonly close: string;
}

const plain = (signer: string, args: readonly string[]): string => `${signer}(${args.join(', ')})`;

const SPEECH: Readonly<Record<string, Speech>> = {
  'sign.sh': {
    call: (signer, args) => `${signer} ${args.join(' ')}`,
    print: (line) => `${line}; echo`,
    close: '',
  },
  'sign.ts': { call: plain, print: (call) => `console.log(${call});`, close: '' },
  'sign.py': { call: plain, print: (call) => `print(${call})`, close: '' },
  'sign.php': { call: plain, print: (call) => `echo ${call}, "\\n";`, close: '' },
  'Sign.java': { call: plain, print: (call) => `System.out.println(${call});`, close: '}}' },
  'sign.go': { call: plain, print: (call) => `fmt.Println(${call})`, close: '}' },
  'Sign.cs': {
    call: (signer, args) => plain(signer === 'sign' ? 'SignatureOf' : 'Authorization', args),
    print: (call) => `Console.WriteLine(${call});`,
    close: '}}',
  },
};

/** The arguments of a platform's signers, in the order of the programs' own functions. */
const SIGNERS: Readonly<
  Record<string, (input: NamedTexts, key: string) => Readonly<Record<string, readonly Argument[]>>>
> = {
  jintong: (input, key) => ({ sign: [input, key] }),
  suning: ({ appMethod, appRequestTime, appKey, body }, key) => ({
    sign: [key, appMethod, appRequestTime, appKey, body] as string[],
  }),
  ytx: ({ accountSID, timestamp }, key) => ({
    sign: [accountSID, key, timestamp] as string[],
    authorization: [accountSID, timestamp] as string[],
  }),
};
type Argument = string | NamedTexts;

function argumentsOf({ file, text, object }: ProgramLanguage, given: readonly Argument[]) {
  const written = given.map((one) => (typeof one === 'string' ? text(one) : object(one)));
  // The shell takes the fields last, because there may be any number of them.
  return file === 'sign.sh' && typeof given[0] !== 'string' ? written.toReversed() : written;
}

/** What each signer has to print, one line each. */
const expectedOf = ({ signature, beside }: Vector): readonly string[] => [
  signature,
  ...Object.values(beside ?? {}),
];

const published = vectorsOf(platforms);

for (const language of LANGUAGES) {
  const { file, title } = language;
  const { call, print, close } = SPEECH[file]!;
  // The option of each test, because a `describe` that is skipped adds nothing to the number of skipped tests.
  const skip = withoutToolchain(file);
  describe(title, () => {
    for (const platform of platforms) {
      const { folder } = platform.signingSample!.programs!;
      const { vectors } = published.platforms[platform.name]!;

      test(`${platform.name}: the signer makes what each of the ${vectors.length} vectors has`, {
        skip,
      }, async () => {
        const lines = vectors.flatMap(({ input, key }) =>
          Object.entries(SIGNERS[platform.name]!(input, key)).map(([signer, given]) =>
            print(call(signer, argumentsOf(language, given))),
          ),
        );
        const { before } = templateOf(folder, language);
        const printed = await runProgram(file, [...before, ...lines, close].join('\n'));
        deepEqual(
          printed.split('\n').filter((line) => line !== ''),
          vectors.flatMap(expectedOf),
        );
      });
    }

    test('each program on the pages makes its call, and the server accepts it', {
      skip,
    }, async () => {
      const server = await startTestServer();
      for (const { name: platform, contract } of platforms) {
        for (const [method, { samples }] of Object.entries(contract.methods)) {
          const page = await fetch(
            `${server.url}/docs/${platform}/${encodeURIComponent(method)}.md?lang=en`,
          );
          const program = programIn(await page.text(), title);
          const printed = await runProgram(file, program);
          equal(samples[0]!.gives, contract.success);
          match(printed, SUCCESS[platform]!, `${platform} ${method}: ${printed}`);
        }
      }
    });
  });
}

/** How a success of each platform looks. */
const SUCCESS: Readonly<Record<string, RegExp>> = {
  jintong: /<MessageCode>CallSuccess<\/MessageCode>/,
  suning: /^\{"sn_responseContent":\{(?:"sn_head":\{[^}]*\},)?"sn_body":/,
  ytx: /^\{"(?:statusCode":"0"|requestId":"\w+","appid")/,
};

/** The text of the code below a heading. */
function programIn(page: string, title: string): string {
  const [, after] = page.split(`\n### ${title}\n\n\`\`\`\n`);
  ok(after, `the page has no program in ${title}`);
  return after.slice(0, after.indexOf('\n```'));
}
