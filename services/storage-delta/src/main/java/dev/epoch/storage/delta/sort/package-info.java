/** Rows in the order of a key, however many there are. */
package dev.epoch.storage.delta.sort;
