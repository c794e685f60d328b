/**
 * Operations that change what a branch holds: commit, merge, revert and restore, in one transaction
 * for each database.
 */
package dev.epoch.storage.postgres.operation;
