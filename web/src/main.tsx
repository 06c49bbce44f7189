// The console's entry: preferences, the theme, the server's answers, and the pages.
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './api/queries.ts';
import './app/console.css';
import { PreferencesProvider } from './app/preferences.tsx';
import { router } from './app/router.tsx';
import { SignedIn } from './app/signed-in.tsx';
import { Theme } from './app/theme.tsx';

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <PreferencesProvider>
      <Theme>
        <QueryClientProvider client={queryClient}>
          <SignedIn>
            <RouterProvider router={router} />
          </SignedIn>
        </QueryClientProvider>
      </Theme>
    </PreferencesProvider>
  </StrictMode>,
);
