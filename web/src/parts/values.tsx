// Small values that stand on many pages: ids that can be copied, states as words, money in yuan, durations.
import Button from 'antd/es/button';
import { useState } from 'react';
import { useTexts } from '../texts/catalogue.ts';
import { common } from '../texts/common.ts';
import { Icon } from './icon.tsx';

export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Without TLS, and not on this machine, a browser offers no clipboard.
  const area = Object.assign(document.createElement('textarea'), { value: text });
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

export function CopyButton({ text, what }: { readonly text: string; readonly what?: string }) {
  const t = useTexts(common);
  const [isCopied, setCopied] = useState(false);
  const label = isCopied ? t.copied : t.copyOf(what ?? text);
  return (
    <Button
      type="text"
      size="small"
      className="copy"
      aria-label={label}
      title={label}
      icon={<Icon name={isCopied ? 'check' : 'copy'} />}
      onClick={(event) => {
        event.stopPropagation();
        event.preventDefault();
        void copyText(text).then(() => {
          setCopied(true);
          setTimeout(() => setCopied(false), 1500);
        });
      }}
    />
  );
}

/** An id in one width, shortened in the middle where it is long; what is copied is whole. */
export function Id({ id, length = 24 }: { readonly id: string; readonly length?: number }) {
  const half = Math.floor((length - 1) / 2);
  const shown = id.length > length ? `${id.slice(0, half)}…${id.slice(-half)}` : id;
  return (
    <span className="id" title={id}>
      {shown}
    </span>
  );
}

export function CopyId({ id, length }: { readonly id: string; readonly length?: number }) {
  return (
    <span className="copy-id">
      <Id id={id} {...(length !== undefined && { length })} />
      <CopyButton text={id} />
    </span>
  );
}

export type Tone = 'success' | 'error' | 'warning' | 'processing' | 'default';

/** A word with a colour: the word alone says it all. */
export function Status({ tone, text }: { readonly tone: Tone; readonly text: string }) {
  return <span className={`status ${tone}`}>{text}</span>;
}

const TONES: Readonly<Record<string, Readonly<Record<string, Tone>>>> = {
  ytx: { '1': 'success', '-1': 'error', '0': 'processing', '-2': 'default' },
  jintong: {
    ...{ D: 'processing', E: 'success', N: 'default', G: 'default', O: 'default', P: 'default' },
    ...{ I: 'error', J: 'error', K: 'warning', Q: 'warning', R: 'warning', '-': 'default' },
  },
  suning: {
    ...{ shipped: 'success', unshipped: 'processing', refunded: 'default', returned: 'default' },
    'oms-failure': 'error',
  },
};

/** Of a state that no table knows the word stands without a colour that would judge it. */
export function StateTag({
  platform,
  state,
  name,
}: {
  readonly platform: string;
  readonly state: string;
  readonly name: string;
}) {
  const tone = TONES[platform]?.[state] ?? 'default';
  return <Status tone={tone} text={name === '' ? state : `${state} ${name}`} />;
}

/** Fen as yuan: ¥1,280.00 */
export function yuan(fen: number): string {
  const sign = fen < 0 ? '-' : '';
  const whole = Math.trunc(Math.abs(fen) / 100).toLocaleString('en-US');
  return `${sign}¥${whole}.${String(Math.abs(fen) % 100).padStart(2, '0')}`;
}

export const millis = (micros: number): string =>
  micros < 10_000 ? `${(micros / 1000).toFixed(1)} ms` : `${Math.round(micros / 1000)} ms`;

/** A duration that may be unknown. */
export const took = (micros: number | null): string => (micros === null ? '–' : millis(micros));

/** A part of a whole, 0 to 1, as a percentage that never rounds a failure away; null: of nothing. */
export const share = (part: number | null): string =>
  part === null ? '–' : `${(Math.floor(part * 1000) / 10).toFixed(1)} %`;

/** A count with its thousands apart. */
export const many = (count: number): string => count.toLocaleString('en-US');
