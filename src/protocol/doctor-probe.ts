// The probe with which `ordergate doctor` finds out what a proxy passes on.

/** Headers of the probe. `access_token` is the header that proxies drop because of its underscore. */
export const PROBE = { access_token: 'ordergate-doctor' } as const;

/**
 * What /healthz adds to its answer to a probe: that the header arrived, and the caller's own address
 * as the server sees it. Undefined for all other calls.
 */
export const probeHeaders = (
  headers: Readonly<Record<string, string | string[] | undefined>>,
  address: string,
): Readonly<Record<string, string>> | undefined =>
  headers.access_token === PROBE.access_token
    ? { 'x-ordergate-arrived': 'access_token', 'x-ordergate-caller': address }
    : undefined;
