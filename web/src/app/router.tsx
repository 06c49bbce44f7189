// Every page of the console and its path; each page's code is loaded when it is first opened.
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router';
import { readSearch, type Search, writeSearch } from '../lists/list-state.ts';
import { Loading } from '../parts/problem.tsx';
import { NotFound } from './not-found.tsx';
import { Shell } from './shell.tsx';

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const page = <Path extends string>(path: Path, component: ReturnType<typeof lazyRouteComponent>) =>
  createRoute({ getParentRoute: () => root, path, component });

const endpoints = () => import('../pages/callbacks/endpoints.tsx');

const routeTree = root.addChildren([
  page(
    '/',
    lazyRouteComponent(() => import('../pages/home/home.tsx'), 'Home'),
  ),
  page(
    '/orders',
    lazyRouteComponent(() => import('../pages/orders/orders.tsx'), 'Orders'),
  ),
  page(
    '/orders/$platform/$orderId',
    lazyRouteComponent(() => import('../pages/order/order.tsx'), 'OrderPage'),
  ),
  page(
    '/requests',
    lazyRouteComponent(() => import('../pages/requests/requests.tsx'), 'Requests'),
  ),
  page(
    '/requests/$requestId',
    lazyRouteComponent(() => import('../pages/request/request.tsx'), 'RequestPage'),
  ),
  page('/callbacks', lazyRouteComponent(endpoints, 'Endpoints')),
  page('/callbacks/endpoints/$endpointId', lazyRouteComponent(endpoints, 'Endpoints')),
  page(
    '/callbacks/deliveries',
    lazyRouteComponent(() => import('../pages/callbacks/deliveries.tsx'), 'Deliveries'),
  ),
  page(
    '/callbacks/deliveries/$deliveryId',
    lazyRouteComponent(() => import('../pages/callbacks/delivery.tsx'), 'DeliveryPage'),
  ),
  page(
    '/callbacks/jobs',
    lazyRouteComponent(() => import('../pages/callbacks/jobs.tsx'), 'Jobs'),
  ),
  page(
    '/parties',
    lazyRouteComponent(() => import('../pages/parties/parties.tsx'), 'Parties'),
  ),
  page(
    '/parties/new',
    lazyRouteComponent(() => import('../pages/party/new-party.tsx'), 'NewParty'),
  ),
  page(
    '/parties/$platform/$partyId',
    lazyRouteComponent(() => import('../pages/party/party.tsx'), 'PartyPage'),
  ),
  page(
    '/sandbox',
    lazyRouteComponent(() => import('../pages/sandbox/sandbox.tsx'), 'Sandbox'),
  ),
  page(
    '/audit',
    lazyRouteComponent(() => import('../pages/audit/audit.tsx'), 'Audit'),
  ),
  page(
    '/audit/$number',
    lazyRouteComponent(() => import('../pages/audit/entry.tsx'), 'AuditEntryPage'),
  ),
  page(
    '/approvals',
    lazyRouteComponent(() => import('../pages/approvals/approvals.tsx'), 'Approvals'),
  ),
  page(
    '/alarms',
    lazyRouteComponent(() => import('../pages/alarms/alarms.tsx'), 'Alarms'),
  ),
  page(
    '/people',
    lazyRouteComponent(() => import('../pages/people/people.tsx'), 'People'),
  ),
]);

export const router = createRouter({
  routeTree,
  basepath: '/console',
  parseSearch: readSearch,
  stringifySearch: (search) => writeSearch(search as Search),
  defaultPendingComponent: Loading,
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
