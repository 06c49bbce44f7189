// What a scenario asks of the management API, carried out in this process for the person who started it.
import type { Principal } from './core/principal.ts';
import type { Router } from './http/router.ts';
import type { HttpCall, HttpReply } from './http/routes.ts';

export interface BridgeParts {
  /** The routes of the management API. */
  readonly router: Router;
  /** URLs that callbacks may be posted to while they stand here. */
  readonly receivers: Set<string>;
  readonly by: Principal;
  /** From where the person called, as limits count it. */
  readonly address: string;
}

const ENDPOINTS = '/callbacks/endpoints';

export class ScenarioBridge {
  readonly #parts: BridgeParts;
  readonly #urls = new Set<string>();
  readonly #endpoints = new Set<string>();

  constructor(parts: BridgeParts) {
    this.#parts = parts;
  }

  /** @param path below /manage/v1 */
  async ask(
    method: string,
    path: string,
    body?: object,
  ): Promise<{ readonly isDone: boolean; readonly answer: unknown }> {
    const { by, receivers } = this.#parts;
    const isEndpoint = path.startsWith(ENDPOINTS);
    const { url } = (body ?? {}) as { readonly url?: string };
    if (isEndpoint && url !== undefined) {
      this.#urls.add(url);
      receivers.add(url);
    }
    // An endpoint that leads to the run's own receiver, and ends with it, is no admin's decision.
    const { status, answer } = await this.#call(
      isEndpoint ? { ...by, role: 'admin' } : by,
      ...([method, path, body] as const),
    );
    const isDone = status < 300;
    if (isEndpoint && method === 'POST' && isDone) {
      this.#endpoints.add((answer as { readonly endpointId: string }).endpointId);
    }
    if (isEndpoint && method === 'DELETE') this.#endpoints.delete(path.split('/').at(-1)!);
    return { isDone, answer };
  }

  /** Removes what the thread could not remove itself. */
  async close(): Promise<void> {
    for (const id of this.#endpoints) await this.ask('DELETE', `${ENDPOINTS}/${id}`);
    for (const url of this.#urls) this.#parts.receivers.delete(url);
  }

  async #call(principal: Principal, method: string, path: string, body?: object) {
    const { router, address } = this.#parts;
    const found = router.find(method, `/manage/v1${path}`);
    if (!found || !('route' in found)) throw new Error(`there is no ${method} ${path}`);
    const call = {
      ...{ method, path, query: '', targetHost: undefined, headers: {}, rawHeaders: [], notes: [] },
      params: found.params,
      body: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
      caller: { address, countedAs: address },
      principal,
    };
    // An endpoint of the management API looks at nothing else of a call.
    const reply = (await found.route.handle(call as unknown as HttpCall)) as HttpReply;
    return { status: reply.status, answer: JSON.parse(String(reply.body)) as unknown };
  }
}
