/** Catalogs in the log: turns on branches, chunks beside the log, and what is kept in memory. */
package dev.epoch.catalog.store;
