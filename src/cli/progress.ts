// Shows a progress line on standard error if that is a terminal.

/**
 * Returns a function that shows `done` units (of `total`, if known), at most 10 times per second.
 */
export function progress(label: string, total?: number): (done: number, note?: string) => void {
  if (!process.stderr.isTTY) return () => {};
  const started = Date.now();
  let shown = 0;
  process.once('exit', () => shown > 0 && process.stderr.write('\n'));
  return (done, note = '') => {
    const now = Date.now();
    if (now - shown < 100 && done !== total) return;
    shown = now;
    const rate = Math.round(done / Math.max(0.001, (now - started) / 1000));
    const bar = total ? ` ${gauge(done / total)}` : '';
    process.stderr.write(
      `\r\x1b[K${label}${bar} ${done.toLocaleString('en')} (${rate.toLocaleString('en')}/s)${note}`,
    );
  };
}

function gauge(part: number): string {
  const filled = Math.round(Math.min(1, part) * 24);
  return `[${'#'.repeat(filled)}${'.'.repeat(24 - filled)}] ${Math.floor(part * 100)}%`;
}
