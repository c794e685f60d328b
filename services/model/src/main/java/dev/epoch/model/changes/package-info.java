/** Change sets and conflict sets of any size, as chunks that their contents name. */
package dev.epoch.model.changes;
