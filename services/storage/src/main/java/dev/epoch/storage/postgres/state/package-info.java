/**
 * The rows of a table at a state, as SQL over the relations that hold them: live table, history,
 * working set, overlays.
 */
package dev.epoch.storage.postgres.state;
