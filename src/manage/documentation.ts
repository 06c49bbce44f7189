// The management API as the reference at /docs shows it.
import type { Endpoint, ManageServices } from './endpoint.ts';
import { ERROR_CODES } from './error-codes.ts';

/**
 * @returns the OpenAPI page of the endpoints, which the last of them answers with, and the codes of
 * errors
 */
export const documentation = (endpoints: readonly Endpoint[], services: ManageServices) => ({
  openApi: () => endpoints.at(-1)!.handle({} as never, services) as Promise<never>,
  errors: ERROR_CODES,
});
