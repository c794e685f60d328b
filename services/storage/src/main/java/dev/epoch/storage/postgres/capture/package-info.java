/** Captures what applications write into live tables: triggers and working sets. */
package dev.epoch.storage.postgres.capture;
