/** The physical half of commits and merges. */
package dev.epoch.storage.operation;
