/** Layers that are written anew from the log, when projections are rebuilt. */
package dev.epoch.storage.postgres.operation.restore;
