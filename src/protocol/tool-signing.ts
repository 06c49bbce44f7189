// How a sample call of a platform is a request of an API tool, whose script signs it before it is sent.
import type { SampleCall } from './signing-sample.ts';

/** `{{name}}` in it is a variable that {@link ToolSigning.script} sets. */
export interface ToolRequest {
  readonly http: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface ToolSigning {
  request(call: SampleCall): ToolRequest;
  /**
   * JavaScript that needs no library. Before it stand `md5(text)`, `base64(text)`, `party` (the id of
   * the caller), `method`, `body` (the request's body before variables are filled in), `key(party)` and
   * `set(name, value)`.
   */
  readonly script: string;
}
