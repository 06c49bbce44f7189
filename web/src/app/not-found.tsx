// What stands where no page is.
import { Go } from '../parts/go.tsx';
import { Nothing } from '../parts/problem.tsx';
import { useTexts } from '../texts/catalogue.ts';
import { common } from '../texts/common.ts';

export function NotFound() {
  const t = useTexts(common);
  return (
    <Nothing title={t.notFoundTitle} hint={t.notFoundHint}>
      <Go place={{ to: '/' }}>{t.toHome}</Go>
    </Nothing>
  );
}
