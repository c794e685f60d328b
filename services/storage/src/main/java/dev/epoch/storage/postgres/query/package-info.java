/** SQL of users that reads a branch or a commit. */
package dev.epoch.storage.postgres.query;
