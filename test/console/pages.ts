// Every page of the console, with what it shows when it is whole: for the tests and the screenshots.
import { manage } from '../support.ts';
import { askForCards, ORDER, raiseAlarms, runScenario, type World, YTX_ORDER } from './world.ts';

export interface ConsolePage {
  readonly name: string;
  path(world: World): string | Promise<string>;
  /** A selector that is there when the page has its data. */
  readonly ready: string;
}

export const PAGES: readonly ConsolePage[] = [
  { name: 'home', path: () => '', ready: '.matters li >> nth=0' },
  { name: 'orders', path: () => '/orders', ready: '.list tbody tr >> nth=2' },
  {
    name: 'orders-attention',
    path: () => '/orders?preset=needs-attention',
    ready: '.reasons li >> nth=0',
  },
  { name: 'order', path: () => `/orders/jintong/${ORDER}`, ready: '.event.error >> nth=0' },
  { name: 'order-ytx', path: () => `/orders/ytx/${YTX_ORDER}`, ready: '.event >> nth=0' },
  { name: 'requests', path: () => '/requests', ready: '.list tbody .row >> nth=2' },
  {
    name: 'request',
    path: async ({ server }) => {
      const found = await manage(server, 'GET', '/requests?outcome=SignFail&limit=1');
      return `/requests/${found.body.items[0].id}`;
    },
    ready: '.code >> nth=0',
  },
  { name: 'callbacks', path: () => '/callbacks', ready: '.bars >> nth=0' },
  {
    name: 'deliveries',
    path: () => '/callbacks/deliveries',
    ready: '.list tbody .row >> nth=1',
  },
  { name: 'delivery', path: () => '/callbacks/deliveries/1', ready: '.step >> nth=5' },
  {
    name: 'jobs',
    path: async ({ server }) => {
      await manage(server, 'POST', '/callbacks/replay-jobs', { state: 'delivered' });
      return '/callbacks/jobs';
    },
    ready: '.job >> nth=0',
  },
  { name: 'parties', path: () => '/parties', ready: '.list tbody .row >> nth=2' },
  { name: 'party', path: () => '/parties/jintong/jane88', ready: '.bars >> nth=0' },
  { name: 'party-new', path: () => '/parties/new', ready: 'form.panel' },
  {
    name: 'sandbox',
    path: async (world) => {
      const { server } = world;
      await runScenario(world); // Before the rule, which its call would meet.
      const rule = {
        platform: 'jintong',
        party: 'jane88',
        force: 'latency=2000,truncate',
        calls: 3,
      };
      const { items } = (await manage(server, 'GET', '/sandbox/forces')).body;
      if (items.length === 0) await manage(server, 'POST', '/sandbox/forces', rule);
      return '/sandbox';
    },
    ready: '.last-runs li >> nth=0',
  },
  {
    name: 'approvals',
    async path(world) {
      await askForCards(world);
      return '/approvals';
    },
    ready: 'li >> text=夜班',
  },
  {
    name: 'alarms',
    async path(world) {
      await raiseAlarms(world);
      return '/alarms';
    },
    ready: '.alarms > li >> nth=0',
  },
  { name: 'people', path: () => '/people', ready: '.rows li >> nth=1' },
  { name: 'audit', path: () => '/audit', ready: '.list tbody .row >> nth=2' },
  { name: 'audit-entry', path: () => '/audit/2', ready: '.code >> nth=0' },
];
