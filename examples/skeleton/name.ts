// The platform's name: in the ledger, in URLs, in metrics and in import files. It never changes.
export const PLATFORM = 'skeleton';
