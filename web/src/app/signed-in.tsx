// Shows the console to who is signed in, and sends others to the sign-in page.
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect } from 'react';
import { whenSignedOut } from '../api/client.ts';
import { meQuery } from '../api/queries.ts';
import { goToSignIn } from '../api/session.ts';
import { Loaded } from '../parts/problem.tsx';
import { ServerClock } from '../parts/time.tsx';
import { LiveBridge } from './live-bridge.tsx';
import { MeProvider } from './me.tsx';
import { usePreferences } from './preferences.tsx';

export function SignedIn({ children }: { readonly children: ReactNode }) {
  const { language } = usePreferences();
  useEffect(() => whenSignedOut(() => goToSignIn(language)), [language]);
  const me = useQuery(meQuery);
  // A refusal of a later question leads to the sign-in page, too.
  if (me.data) {
    return (
      <MeProvider me={me.data}>
        <LiveBridge />
        <ServerClock>{children}</ServerClock>
      </MeProvider>
    );
  }
  return (
    <main className="page">
      <Loaded query={me}>{() => null}</Loaded>
    </main>
  );
}
