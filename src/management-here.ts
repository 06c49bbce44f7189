// Wires the management API of a server, for main. Its code makes some hundred schemas, a tenth of a start, so it is
// loaded after the server listens, or when the first request asks for it.
import type { LaterRoutes } from './http/later-routes.ts';
import type { Route } from './http/routes.ts';
import type { Endpoint, ManageServices } from './manage/endpoint.ts';
import { ERROR_CODES } from './manage/error-codes.ts';
import type { Management } from './reference/openapi.ts';
import { VERSION } from './version.ts';

const ROOT = '/manage/v1';
/** Long enough that the load delays no call of a proxy that has waited for the start. */
const LOAD_AFTER_MS = 1000;

export interface ManagementHere {
  readonly routes: LaterRoutes;
  /** The management API as the reference at /docs shows it. */
  readonly documentation: Management;
  /**
   * Loads the code soon, even if nobody asks for it: an upgrade may replace the package's files under
   * a server that runs, and the files of the next version have other names.
   */
  loadSoon(): void;
  stop(): void;
}

export function openManagement(
  services: ManageServices,
  onFault: (error: unknown, path: string) => void,
): ManagementHere {
  const { about, platforms } = services;
  const load = async () => {
    const { callEndpoint, manageEndpoints } = await import('./manage/index.ts');
    const endpoints = manageEndpoints(about.environment === 'sandbox', VERSION, platforms);
    const toRoute = (endpoint: Endpoint): Route => ({
      method: endpoint.method,
      path: `${ROOT}${endpoint.path}`,
      access: endpoint.isOpen ? 'open' : 'token',
      handle: (call) => callEndpoint(endpoint, call, services),
    });
    return { description: endpoints.at(-1)!, routes: endpoints.map(toRoute) };
  };
  let loaded: ReturnType<typeof load> | undefined;
  const once = () => {
    loaded ??= load();
    return loaded;
  };
  let timer: NodeJS.Timeout | undefined;
  return {
    routes: { below: `${ROOT}/`, load: async () => (await once()).routes },
    documentation: {
      async openApi() {
        const { description } = await once();
        return description.handle({} as never, services) as Promise<never>;
      },
      errors: ERROR_CODES,
    },
    loadSoon() {
      timer = setTimeout(() => once().catch((error) => onFault(error, ROOT)), LOAD_AFTER_MS);
      timer.unref();
    },
    stop: () => clearTimeout(timer),
  };
}
