// What a page shows while it has no data: loading, nothing there, or an error with what to do about it.
import Alert from 'antd/es/alert';
import Button from 'antd/es/button';
import Skeleton from 'antd/es/skeleton';
import type { ReactNode } from 'react';
import { ApiError } from '../api/client.ts';
import { usePreferences } from '../app/preferences.tsx';
import { useTexts } from '../texts/catalogue.ts';
import { common } from '../texts/common.ts';

export function useAdvice(): (error: unknown) => string {
  const t = useTexts(common);
  return (error) => {
    if (!(error instanceof ApiError)) return t.errorFault;
    if (error.status === 0) return t.errorUnreachable;
    if (error.status === 403) return t.errorForbidden;
    if (error.status === 404) return t.errorMissing;
    if (error.status === 503 || error.status === 429) return t.errorBusy;
    return error.status < 500 ? t.errorBad : t.errorFault;
  };
}

export function Problem({
  error,
  onRetry,
}: {
  readonly error: unknown;
  readonly onRetry?: (() => void) | undefined;
}) {
  const t = useTexts(common);
  const advice = useAdvice();
  const { language } = usePreferences();
  const said = error instanceof Error ? error.message : String(error);
  const why = error instanceof ApiError ? error.why : undefined;
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={t.errorTitle}
      description={
        <>
          <p className="advice">{advice(error)}</p>
          {why && <p>{why[language]}</p>}
          <code className="said">{said}</code>
        </>
      }
      action={onRetry && <Button onClick={onRetry}>{t.retry}</Button>}
    />
  );
}

export function Loading({ rows = 6 }: { readonly rows?: number }) {
  const t = useTexts(common);
  return (
    <div role="status" aria-label={t.loading}>
      <Skeleton active title={false} paragraph={{ rows }} />
    </div>
  );
}

/** Nothing to show, and what to do next. */
export function Nothing({
  title,
  hint,
  children,
}: {
  readonly title: string;
  readonly hint?: string | undefined;
  readonly children?: ReactNode;
}) {
  return (
    <div className="nothing">
      <p className="nothing-title">{title}</p>
      {hint !== undefined && <p className="muted">{hint}</p>}
      {children}
    </div>
  );
}

interface Asked<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  refetch(): unknown;
}

/** The data where it is there, else why not. */
export function Loaded<T>({
  query,
  children,
  rows,
}: {
  readonly query: Asked<T>;
  readonly children: (data: T) => ReactNode;
  readonly rows?: number;
}) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <Problem error={query.error} onRetry={() => query.refetch()} />;
  return <Loading {...(rows !== undefined && { rows })} />;
}
