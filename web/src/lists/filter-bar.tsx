// The filters of a list: what is set stands in the URL, and is told in one line.
import Button from 'antd/es/button';
import Input from 'antd/es/input';
import Select from 'antd/es/select';
import { type ReactNode, useEffect, useState } from 'react';
import { usePhone } from '../app/preferences.tsx';
import { Field } from '../parts/field.tsx';
import { useTexts } from '../texts/catalogue.ts';
import { common } from '../texts/common.ts';
import type { List } from './use-list.ts';

export interface FilterField {
  readonly name: string;
  readonly label: string;
  /** A choice; without, a text. */
  readonly options?: readonly { readonly value: string; readonly label: string }[];
  readonly kind?: 'text' | 'time';
  readonly width?: number;
}

export function FilterBar({
  list,
  fields,
  children,
}: {
  readonly list: List;
  readonly fields: readonly FilterField[];
  readonly children?: ReactNode;
}) {
  const t = useTexts(common);
  const isPhone = usePhone();
  const [isOpen, setOpen] = useState(false);
  const { filters } = list.state;
  const set = Object.keys(filters).length;
  return (
    <div className="filter-bar">
      {isPhone && (
        <Button aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {t.filters}
          {set > 0 && ` (${set})`}
        </Button>
      )}
      {(!isPhone || isOpen) && (
        <search className="fields">
          {fields.map((field) => (
            <FilterControl key={field.name} field={field} list={list} />
          ))}
          {set > 0 && (
            <Button type="link" onClick={() => list.change({ filters: {}, trail: [] })}>
              {t.clear}
            </Button>
          )}
        </search>
      )}
      {children}
    </div>
  );
}

function FilterControl({ field, list }: { readonly field: FilterField; readonly list: List }) {
  const t = useTexts(common);
  const { name, label, options, kind = 'text', width = 150 } = field;
  const value = list.state.filters[name] ?? '';
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  if (options) {
    return (
      <Field label={label}>
        {(id) => (
          <Select
            id={id}
            value={value}
            style={{ width }}
            showSearch={options.length > 8 ? { optionFilterProp: 'label' } : false}
            options={[{ value: '', label: t.any }, ...options]}
            onChange={(next: string) => list.filter({ [name]: next })}
          />
        )}
      </Field>
    );
  }
  const apply = () => text.trim() !== value && list.filter({ [name]: text.trim() });
  return (
    <Field label={label}>
      {(id) => (
        <Input
          id={id}
          allowClear
          value={text}
          style={{ width }}
          {...(kind === 'time' && { placeholder: '2026-01-02T11:04' })}
          onChange={(event) => {
            setText(event.target.value);
            if (event.target.value === '' && value !== '') list.filter({ [name]: '' });
          }}
          onBlur={apply}
          onPressEnter={apply}
        />
      )}
    </Field>
  );
}
