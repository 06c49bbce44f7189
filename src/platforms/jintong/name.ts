// The platform's name: the name of this folder, and of the platform in the ledger and the management API.
export const PLATFORM = 'jintong';
