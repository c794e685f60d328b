/**
 * Connections to a database: address, pools, sessions, deadlines, retries, and what errors of the
 * server mean.
 */
package dev.epoch.storage.postgres.connection;
