// Judges a page by axe: what a person with a screen reader, a keyboard or weak eyes cannot use.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The findings that are serious or worse, each with the elements. */
export async function seriousFindings(page: Page): Promise<string[]> {
  // Past the page's policy, which lets no script in from text: through the debugger's own door.
  await page.evaluate(`(() => { if (!globalThis.axe) { ${source} } })()`);
  const { violations } = (await page.evaluate('axe.run(document)')) as {
    violations: {
      id: string;
      impact: string;
      help: string;
      nodes: { html: string; failureSummary: string }[];
    }[];
  };
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) =>
      nodes.map(
        ({ html, failureSummary }) => `${id}: ${help}: ${html.slice(0, 200)}\n${failureSummary}`,
      ),
    );
}
