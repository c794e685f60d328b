/** Single rows that a client writes to a branch by key. */
package dev.epoch.storage.postgres.record;
