// Every page of the console, with what it shows when it is whole: for the tests and the screenshots.
import { ORDER, type World, YTX_ORDER } from './world.ts';

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
];
