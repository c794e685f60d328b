/** Rows, their changes, and the hash of a table's rows. */
package dev.epoch.model.row;
