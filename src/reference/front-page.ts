// The front page: what this server is, and where everything else is; for programs the same as JSON.
import type { Platform } from '../protocol/platform.ts';
import { heading, type Language, list, type Page, pathOf, text } from './blocks.ts';
import { LABELS } from './texts.ts';

export interface About {
  readonly version: string;
  readonly environment: 'sandbox' | 'production';
}

const LINKS = {
  reference: '/docs',
  manage: '/docs/manage',
  console: '/console',
  health: '/healthz',
  ready: '/readyz',
  openapi: '/manage/v1/openapi.json',
  version: '/manage/v1/version',
} as const;

export const README = { zh: '/docs/README.zh-CN.md', en: '/docs/README.md' } as const;

export function frontPage(
  platforms: readonly Platform[],
  { version, environment }: About,
  language: Language,
): Page {
  const t = LABELS[language];
  const link = (to: string, what: string) => [{ to, text: to, asCode: true } as const, ` ${what}`];
  return {
    title: 'Ordergate',
    path: '/',
    above: [],
    blocks: [
      text(t.frontAbout),
      list([
        [`${t.version}${t.colon}`, { code: version }],
        [`${t.environment}${t.colon}`, t[environment]],
      ]),
      heading('links', t.links),
      list([
        link(LINKS.reference, t.referenceIs),
        link(LINKS.manage, t.manageIs),
        link(LINKS.console, t.consoleIs),
        link(README[language], t.readmeIs),
        link(LINKS.version, t.versionIs),
        link(LINKS.health, t.healthIs),
        link(LINKS.ready, t.readyIs),
        link(LINKS.openapi, t.openApiIs),
      ]),
      heading('platforms', t.platforms),
      list(
        platforms.map(({ contract: { name, title } }) => [
          { to: pathOf(name), text: title[language] },
        ]),
      ),
    ],
  };
}

export function frontJson(
  platforms: readonly Platform[],
  { version, environment }: About,
): Readonly<Record<string, unknown>> {
  const names = platforms.map(({ name }) => name);
  return { name: 'ordergate', version, environment, platforms: names, links: LINKS };
}
