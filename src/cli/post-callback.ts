// Posts one callback from this machine, with the headers that the server's own poster sends.
export interface CallbackPost {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface PostResult {
  /** Null if no answer came. */
  readonly status: number | null;
  readonly error: string | null;
  readonly milliseconds: number;
  /** The first KiB of the answer. */
  readonly answer: string;
}

/** As the server's poster has them: a receiver that is slower would fail there, too. */
const [TIMEOUT_MS, ANSWER_CHARACTERS] = [15_000, 1024];

export async function postCallback(
  url: string,
  { headers, body }: CallbackPost,
): Promise<PostResult> {
  const started = performance.now();
  const since = (): number => Math.round(performance.now() - started);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'user-agent': 'Ordergate', 'accept-encoding': 'identity' },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const answer = (await response.text()).slice(0, ANSWER_CHARACTERS);
    return { status: response.status, error: null, milliseconds: since(), answer };
  } catch (error) {
    const { cause, message } = error as Error;
    const reason = cause instanceof Error && cause.message ? cause.message : message;
    return { status: null, error: reason, milliseconds: since(), answer: '' };
  }
}
