/**
 * The schema of a database as a value to keep: a Merkle tree of hashes over its objects and their
 * parts, and the chunks that a commit names.
 */
package dev.epoch.model.schema.snapshot;
