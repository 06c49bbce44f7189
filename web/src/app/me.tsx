// Who is signed in, for every page: asked once, and known wherever a page is shown.
import { createContext, type ReactNode, use } from 'react';
import type { Me } from '../api/types.ts';

const Context = createContext<Me | null>(null);

export function MeProvider({ me, children }: { readonly me: Me; readonly children: ReactNode }) {
  return <Context value={me}>{children}</Context>;
}

export function useMe(): Me {
  const me = use(Context);
  if (!me) throw new Error('who is signed in is asked outside of MeProvider');
  return me;
}

/** Whether the role of who is signed in may call an operation of the management API. */
export function useMay(): (operation: string) => boolean {
  const { may } = useMe();
  return (operation) => may.includes(operation);
}
