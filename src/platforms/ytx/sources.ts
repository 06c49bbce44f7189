// The document that the contract names as its source.
export const DOCUMENT = 'order-query.txt';

export const row = (quote: string) => ({ document: DOCUMENT, quote });
