// What storage says of its own use, for metrics: how long commits take, and how much room is used.

export interface StorageSizes {
  /** Bytes of the ledger with its write-ahead log. */
  readonly ledger: number;
  /** Bytes of the request log. */
  readonly requestLog: number;
  /** Bytes that are free on the ledger's disk; null if the disk belongs to a database server. */
  readonly diskFree: number | null;
}

export interface StorageUsage {
  /** The listener receives the seconds of each commit, from its begin until it is on disk. */
  onCommit(listener: (seconds: number) => void): void;
  sizes(): Promise<StorageSizes>;
}
