// Writes into ARCHITECTURE.md how a call goes through the checks of each platform, with every exit and its codes.
import { readFileSync, writeFileSync } from 'node:fs';
import { platforms } from '../src/platforms/index.ts';
import type { Platform } from '../src/protocol/platform.ts';

const WIDTH = 100;

/** Codes that differ behind the last colon only stand together: `invalid-biz:100 · 101`. */
function grouped(codes: readonly string[]): string[] {
  const ends = new Map<string, string[]>();
  for (const code of codes) {
    const at = code.lastIndexOf(':') + 1;
    const head = code.slice(0, at);
    ends.set(head, [...(ends.get(head) ?? []), code.slice(at)]);
  }
  return [...ends].flatMap(([head, found]) =>
    head === '' ? found : [`${head}${found.join(' | ')}`],
  );
}

/** One step and its exits, wrapped so that the exits stand below each other. */
function row(name: string, codes: readonly string[], column: number): string[] {
  if (codes.length === 0) return [name];
  const lines: string[] = [];
  let line = '';
  for (const word of grouped(codes).flatMap((group) => [...group.split(/(?<= \|) /), '·'])) {
    if (line !== '' && column + 3 + line.length + word.length > WIDTH) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? word : ` ${word}`;
  }
  lines.push(line);
  const exits = lines.map((text) => text.replace(/^· | ·$/g, '').trimEnd()).filter(Boolean);
  return exits.map((text, i) =>
    i === 0
      ? `${name} ${'─'.repeat(column - name.length)}▶ ${text}`
      : `│${' '.repeat(column + 2)}${text}`,
  );
}

/** The lifecycle of a call to the platform: its checks in their order, then its operation. */
export function lifecycleOf({ checks, contract }: Platform): string {
  const ofMethods = Object.values(contract.methods).flatMap(({ codes }) => codes);
  const steps: [name: string, codes: readonly string[]][] = [
    ...checks.stated.map(({ name, refuses }): [string, string[]] => [name, Object.keys(refuses)]),
    ['execute', [...new Set(ofMethods)]],
  ];
  const column = Math.max(...steps.map(([name]) => name.length)) + 1;
  const drawn = steps.flatMap(([name, codes]) => row(name, codes, column));
  return [...drawn, `reply ${'─'.repeat(column - 5)}▶ ${contract.success}`].join('\n');
}

const mark = (name: string): RegExp =>
  new RegExp(`(<!-- lifecycle of ${name} -->\n\`\`\`\n)[^]*?(\n\`\`\`\n<!-- end -->)`);

/** The page with the lifecycle of each platform in its place. */
export function withLifecycles(page: string): string {
  let text = page;
  for (const platform of platforms) {
    if (!mark(platform.name).test(text)) {
      throw new Error(`ARCHITECTURE.md has no place for the lifecycle of ${platform.name}`);
    }
    const drawn = lifecycleOf(platform);
    text = text.replace(
      mark(platform.name),
      (_, before: string, after: string) => before + drawn + after,
    );
  }
  return text;
}

if (import.meta.main) {
  const page = new URL('../ARCHITECTURE.md', import.meta.url);
  writeFileSync(page, withLifecycles(readFileSync(page, 'utf8')));
}
