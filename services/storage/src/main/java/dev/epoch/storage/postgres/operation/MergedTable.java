package dev.epoch.storage.postgres.operation;

import dev.epoch.storage.TableHandle;
import dev.epoch.storage.postgres.state.PhysicalState;

/**
 * A table that an operation merges rows into.
 *
 * @param table the table
 * @param staged the rows to write
 * @param before what the branch sees before they are written
 */
record MergedTable(TableHandle table, StagedTable staged, PhysicalState before) {}
