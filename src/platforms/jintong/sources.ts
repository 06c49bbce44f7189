// The documents that the contract cites as sources.
export const HASTEN = 'hasten-order.txt';
export const CANCEL = 'cancel-order.txt';

export const row = (document: string, quote: string) => ({ document, quote });
