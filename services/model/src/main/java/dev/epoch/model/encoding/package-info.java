/** Bytes that hashes are taken of: unambiguous, the same on every machine and backend. */
package dev.epoch.model.encoding;
