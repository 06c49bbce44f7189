// A scenario of one's own: written or pasted, or opened from a file of this computer.
import Button from 'antd/es/button';
import Input from 'antd/es/input';
import { useRef } from 'react';
import { Field } from '../../parts/field.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { sandboxTexts } from '../../texts/sandbox.ts';

/** What the server takes. */
const MAX_LENGTH = 64 * 1024;

export function OwnScenario({
  text,
  isBusy,
  onChange,
  onRun,
}: {
  readonly text: string;
  readonly isBusy: boolean;
  onChange(text: string): void;
  onRun(): void;
}) {
  const t = useTexts(sandboxTexts);
  const file = useRef<HTMLInputElement>(null);
  return (
    <>
      <h3>{t.own}</h3>
      <Field label={t.ownText}>
        {(id) => (
          <Input.TextArea
            id={id}
            className="own-scenario"
            value={text}
            maxLength={MAX_LENGTH}
            autoSize={{ minRows: 3, maxRows: 18 }}
            spellCheck={false}
            onChange={(event) => onChange(event.target.value)}
          />
        )}
      </Field>
      <p className="bar-actions">
        <input
          ref={file}
          type="file"
          accept=".yaml,.yml,.json"
          aria-label={t.ownFile}
          hidden
          onChange={async ({ target }) => {
            const [given] = target.files ?? [];
            if (given) onChange((await given.text()).slice(0, MAX_LENGTH + 1));
            target.value = ''; // So that the same file can be opened again after a change.
          }}
        />
        <Button onClick={() => file.current?.click()}>{t.ownFile}</Button>
        <Button disabled={isBusy || text.trim() === ''} onClick={onRun}>
          {t.ownRun}
        </Button>
      </p>
    </>
  );
}
