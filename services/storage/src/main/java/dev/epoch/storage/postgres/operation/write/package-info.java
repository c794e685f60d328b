/**
 * Rows of operations: staged in a table of the transaction, then written into live tables or
 * overlays.
 */
package dev.epoch.storage.postgres.operation.write;
