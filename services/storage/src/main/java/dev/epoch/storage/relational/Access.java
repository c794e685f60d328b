package dev.epoch.storage.relational;

/** What a transaction is for. */
public enum Access {
  /** It reads one moment, and is in nobody's way. */
  READ,
  /** It writes layers of branches and notes of Epoch's own. */
  LAYERS,
  /** It writes live tables or what was captured of them; no application writes these meanwhile. */
  LIVE
}
