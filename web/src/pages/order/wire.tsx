// An order as its platform's own reply shows it.
import type { Outlook } from '../../api/types.ts';
import { CodeFigure } from '../../parts/code-figure.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { orderTexts } from '../../texts/orders.ts';

export function Wire({ outlook }: { readonly outlook: Outlook }) {
  const t = useTexts(orderTexts);
  return (
    <section aria-labelledby="wire" className="panel">
      <h2 id="wire">{t.wire}</h2>
      {outlook.wire.length === 0 && <p className="muted">{t.wireNone}</p>}
      {outlook.wire.map(({ name, contentType, body }) => (
        <CodeFigure
          key={name}
          name={name}
          hint={t.wireHint}
          text={pretty(body, contentType)}
          copied={body}
        />
      ))}
    </section>
  );
}

/** Broken into lines for reading; what is copied is as it is. */
export function pretty(body: string, contentType: string): string {
  if (contentType.includes('json')) {
    try {
      return JSON.stringify(JSON.parse(body), null, 2);
    } catch {
      return body;
    }
  }
  let depth = 0;
  return body
    .replace(/>\s*</g, '>\n<')
    .split('\n')
    .map((line) => {
      if (/^<\//.test(line)) depth--;
      const indented = '  '.repeat(Math.max(0, depth)) + line;
      if (/^<[^/?!][^>]*[^/]>$/.test(line) && !line.includes('</')) depth++;
      return indented;
    })
    .join('\n');
}
