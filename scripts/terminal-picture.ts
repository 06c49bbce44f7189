// Draws docs/pictures/terminal.svg: the commands of README on why a call is refused, with what they really print.
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { svg, xml } from './svg.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const README_URL = 'http://127.0.0.1:8787';
/** A line of the picture; longer ones go on in the next. */
const COLUMNS = 92;

interface Line {
  readonly kind: 'command' | 'output';
  readonly text: string;
}

/** README's block: what it sets up, and the commands that a reader sees. */
function commandsOfReadme(): { readonly setUp: string; readonly commands: readonly string[] } {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const [, block] = /```sh\n(KEY=[\s\S]*?)\n```/.exec(readme) ?? [];
  if (block === undefined) throw new Error('README.md has no block that begins with KEY=');
  const lines = block.split('\n');
  const end = lines.indexOf('}');
  return { setUp: lines.slice(0, end + 1).join('\n'), commands: lines.slice(end + 1) };
}

async function session(url: string, data: string): Promise<Line[]> {
  const { setUp, commands } = commandsOfReadme();
  const marked = commands.map((command) => `${command}\nprintf '\\036'`).join('\n');
  const script = `${setUp}\n${marked}`.replaceAll(README_URL, url);
  // The commands find the admin token in the data directory, as they do in a checkout's ./data.
  const env = { ...process.env, ORDERGATE_DATA: data };
  const { stdout } = await promisify(execFile)('sh', ['-c', script], { cwd: root, env });
  const printed = stdout.replaceAll(url, README_URL).split('\u001e');
  if (printed.length !== commands.length + 1) throw new Error(`a command failed: ${stdout}`);
  return commands.flatMap((command, i) => {
    // What stands behind `#` in README is what the command prints here.
    const [shown] = command.split(/ {2,}#/);
    const output = printed[i]!.replace(/\n$/, '');
    return [
      { kind: 'command', text: shown! } as const,
      ...(output === ''
        ? []
        : output.split('\n').map((text) => ({ kind: 'output', text }) as const)),
    ];
  });
}

/** A command goes on in the next line with a backslash, as a person would type it. */
function wrapped({ kind, text }: Line): Line[] {
  if (kind === 'output') {
    const pieces = text.match(new RegExp(`.{1,${COLUMNS}}`, 'gu')) ?? [''];
    return pieces.map((piece) => ({ kind, text: piece }));
  }
  const lines: string[] = [];
  for (const word of `$ ${text}`.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length + 3 <= COLUMNS) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      if (last !== undefined) lines[lines.length - 1] = `${last} \\`;
      lines.push(last === undefined ? word : `    ${word}`);
    }
  }
  return lines.map((line) => ({ kind, text: line }));
}

const STYLE = `
  .page { fill: #11151c } .bar { fill: #1d232e } .dot { fill: #465064 }
  text { font: 13px ui-monospace, Menlo, Consolas, 'Liberation Mono', monospace; white-space: pre }
  .command { fill: #9ad1ff } .output { fill: #d8dee9 }`;

/** The drawing. The same program gives the same bytes. */
export async function terminalPicture(): Promise<string> {
  const data = mkdtempSync(join(tmpdir(), 'ordergate-picture-'));
  const args = ['src/cli/index.ts', 'serve', '--port', '0', '--data', data];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  try {
    const first = await new Promise<string>((resolve, reject) => {
      child.stdout.setEncoding('utf8').once('data', resolve);
      child.once('close', (code) => reject(new Error(`serve ended with ${code}`)));
    });
    const [, url] = /^ordergate listening on (\S+)\n/.exec(first)!;
    const begin: Line[] = [
      { kind: 'command', text: 'npm start' },
      { kind: 'output', text: first.trim().replace(url!, README_URL) },
    ];
    return draw([...begin, ...(await session(url!, data))].flatMap(wrapped));
  } finally {
    child.kill('SIGTERM');
    await ended;
    rmSync(data, { recursive: true, force: true });
  }
}

function draw(lines: readonly Line[]): string {
  const [width, top, step] = [COLUMNS * 7.85 + 40, 54, 19];
  const height = top + lines.length * step + 10;
  const texts = lines.map(
    ({ kind, text }, i) =>
      `<text class="${kind}" x="20" y="${top + i * step}" xml:space="preserve">${xml(text)}</text>`,
  );
  const dots = [24, 42, 60].map((x) => `<circle class="dot" cx="${x}" cy="17" r="5.5"/>`);
  const label =
    'A terminal: a call with a wrong signature is refused, and ordergate debug signature says why.';
  return svg(Math.ceil(width), height, label, STYLE, [
    `<rect class="page" width="${Math.ceil(width)}" height="${height}" rx="10"/>`,
    `<path class="bar" d="M0 34 V10 a10 10 0 0 1 10 -10 H${Math.ceil(width) - 10} a10 10 0 0 1 10 10 V34 z"/>`,
    ...dots,
    ...texts,
  ]);
}
