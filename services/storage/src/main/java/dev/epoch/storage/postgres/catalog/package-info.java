/**
 * What a database says about itself: tables, columns, types, constraints and privileges, and the
 * schema {@code epoch} that Epoch adds.
 */
package dev.epoch.storage.postgres.catalog;
