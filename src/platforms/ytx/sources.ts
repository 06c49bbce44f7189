// The document that the contract cites as its source.
export const DOCUMENT = 'order-query.txt';

export const row = (quote: string) => ({ document: DOCUMENT, quote });
