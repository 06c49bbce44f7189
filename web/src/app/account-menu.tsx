// Who is signed in, and what they choose for themselves: appearance and density.
import Button from 'antd/es/button';
import { useEffect, useRef, useState } from 'react';
import { signOut } from '../api/session.ts';
import type { Me } from '../api/types.ts';
import { Icon } from '../parts/icon.tsx';
import { useTexts } from '../texts/catalogue.ts';
import { common } from '../texts/common.ts';
import { type Appearance, type Density, usePreferences } from './preferences.tsx';

export function AccountMenu({ me }: { readonly me: Me }) {
  const t = useTexts(common);
  const { appearance, density, change } = usePreferences();
  const [isOpen, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!isOpen) return;
    const close = (event: Event) => {
      const isInside = event.target instanceof Node && box.current?.contains(event.target);
      if (event instanceof KeyboardEvent ? event.key === 'Escape' : !isInside) setOpen(false);
    };
    addEventListener('pointerdown', close);
    addEventListener('keydown', close);
    return () => {
      removeEventListener('pointerdown', close);
      removeEventListener('keydown', close);
    };
  }, [isOpen]);
  const appearances: readonly (readonly [Appearance, string])[] = [
    ['system', t.themeSystem],
    ['light', t.themeLight],
    ['dark', t.themeDark],
  ];
  const densities: readonly (readonly [Density, string])[] = [
    ['compact', t.densityCompact],
    ['roomy', t.densityRoomy],
  ];
  return (
    <div className="account" ref={box}>
      <Button
        type="text"
        aria-label={`${t.account}: ${me.name}`}
        aria-expanded={isOpen}
        icon={<Icon name="person" />}
        onClick={() => setOpen(!isOpen)}
      >
        <span className="account-name">{me.name}</span>
      </Button>
      {isOpen && (
        <div className="account-panel">
          <p>
            <strong>{me.name}</strong> <span className="muted">{me.role}</span>
          </p>
          <Choices
            legend={t.theme}
            name="appearance"
            options={appearances}
            value={appearance}
            onChange={(value) => change({ appearance: value })}
          />
          <Choices
            legend={t.density}
            name="density"
            options={densities}
            value={density}
            onChange={(value) => change({ density: value })}
          />
          <Button onClick={signOut}>{t.signOut}</Button>
          <p className="muted version">Ordergate {me.version}</p>
        </div>
      )}
    </div>
  );
}

function Choices<V extends string>({
  legend,
  name,
  options,
  value,
  onChange,
}: {
  readonly legend: string;
  readonly name: string;
  readonly options: readonly (readonly [V, string])[];
  readonly value: V;
  readonly onChange: (value: V) => void;
}) {
  return (
    <fieldset className="choices">
      <legend>{legend}</legend>
      {options.map(([key, text]) => (
        <label key={key}>
          <input type="radio" name={name} checked={key === value} onChange={() => onChange(key)} />
          {text}
        </label>
      ))}
    </fieldset>
  );
}
