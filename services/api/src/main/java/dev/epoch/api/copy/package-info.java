/** Copies of tables in other storages, and merges between a table and its copy. */
package dev.epoch.api.copy;
