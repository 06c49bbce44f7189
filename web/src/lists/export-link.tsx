// What a filter shows as a file that Excel opens; the server writes it while it is read, and keeps who took it.
import { queryText } from '../api/client.ts';
import { useMay } from '../app/me.tsx';
import { useTexts } from '../texts/catalogue.ts';
import { common } from '../texts/common.ts';

export function ExportLink({
  what,
  query,
  operation,
}: {
  readonly what: 'orders' | 'requests' | 'deliveries' | 'audit' | 'parties';
  readonly query: Readonly<Record<string, string>>;
  /** The operation that the role has to have. */
  readonly operation: string;
}) {
  const t = useTexts(common);
  const may = useMay();
  if (!may(operation)) return null;
  const text = queryText(query);
  return (
    <a
      className="export"
      href={`/manage/v1/exports/${what}${text === '' ? '' : `?${text}`}`}
      download
    >
      {t.export}
    </a>
  );
}
