// The platform's name: in the ledger, in the management API and in its import files.
export const PLATFORM = 'lantern';
