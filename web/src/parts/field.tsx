// A label above its control, tied to it for screen readers.
import { type ReactNode, useId } from 'react';

export function Field({
  label,
  children,
}: {
  readonly label: string;
  /** Makes the control, which has to take the id. */
  readonly children: (id: string) => ReactNode;
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children(id)}
    </div>
  );
}
