// One token in a list: its name, its end and its last use, and a button that ends it.
import Button from 'antd/es/button';
import type { ReactNode } from 'react';
import { useTexts } from '../texts/catalogue.ts';
import { peopleTexts } from '../texts/people.ts';
import { Time } from './time.tsx';

export interface Token {
  readonly tokenId: string;
  readonly name: string;
  readonly endsAt: string;
  readonly lastUsedAt: string | null;
}

export function TokenRow({
  token: { name, endsAt, lastUsedAt },
  endText,
  onEnd,
  children,
}: {
  readonly token: Token;
  readonly endText: string;
  /** Absent for who may not end it. */
  readonly onEnd?: (() => void) | undefined;
  /** Between the name and the end. */
  readonly children?: ReactNode;
}) {
  const t = useTexts(peopleTexts);
  return (
    <li>
      <strong>{name}</strong>
      {children}
      <span>
        {t.ends} <Time at={endsAt} />
      </span>
      <span className="grow">
        {t.used}{' '}
        {lastUsedAt === null ? <span className="muted">{t.never}</span> : <Time at={lastUsedAt} />}
      </span>
      {onEnd && (
        <Button danger onClick={onEnd}>
          {endText}
        </Button>
      )}
    </li>
  );
}
