// A whole HTTP request as bytes, built before any clock runs.

/** A POST of `body` to `target`, with the headers as they are given, a Host and a Content-Length. */
export function frame(
  target: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(
    `POST ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\n${lines.join('')}` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
