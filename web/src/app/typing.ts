// Whether a key goes into a field, so that `/` and `j` are letters there and commands elsewhere.

export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement | null;
  return target?.closest('input, textarea, select, [contenteditable=true]') != null;
}
