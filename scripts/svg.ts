// What the drawings share: escaped text, and colours for a light and a dark page.

/** A text as it may stand in XML. */
export const xml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** A whole picture. @param label what a screen reader says of it */
export function svg(width: number, height: number, label: string, style: string, body: string[]) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${xml(label)}">
<style>
${style.trim()}
</style>
${body.join('\n')}
</svg>
`;
}
