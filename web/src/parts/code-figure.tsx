// A text of the wire with its name, to be read and copied.
import { CopyButton } from './values.tsx';

export function CodeFigure({
  name,
  hint,
  text,
  copied = text,
}: {
  readonly name: string;
  readonly hint?: string;
  readonly text: string;
  /** What the button copies, where the text is shown in another layout. */
  readonly copied?: string;
}) {
  return (
    <figure className="wire">
      <figcaption>
        {name} <span className="muted">{hint}</span>
        <CopyButton text={copied} what={name} />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard. */}
      <pre className="code" tabIndex={0}>
        {text}
      </pre>
    </figure>
  );
}
