/**
 * Texts of values and names: what PostgreSQL prints and reads, and the canonical texts of rows.
 * Depends on nothing else of the backend.
 */
package dev.epoch.storage.postgres.codec;
