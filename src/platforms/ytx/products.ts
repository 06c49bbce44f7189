// The price of a product and the kind of account that it charges, from the catalog or from the
// sandbox's own products.
import type { CatalogDirectory, Environment } from '../../protocol/platform.ts';
import { PLATFORM } from './name.ts';
import { type AccountKind, readAccountKind } from './recharge-account.ts';
import { findSandboxProduct } from './sandbox-products.ts';

export interface Product {
  /** In fen. */
  readonly amountFen: number;
  readonly account: AccountKind;
}

export interface ProductSources {
  readonly catalog: CatalogDirectory;
  readonly environment: Environment;
}

export function findProduct(
  code: string,
  { catalog, environment }: ProductSources,
): Product | undefined {
  const sandbox = environment === 'sandbox' ? findSandboxProduct(code) : undefined;
  const document = sandbox ?? catalog.find(PLATFORM, 'product', code)?.document;
  if (!document) return undefined;
  const account = 'account' in document ? document.account : undefined;
  return { amountFen: Number(document.amountFen), account: readAccountKind(account) };
}
