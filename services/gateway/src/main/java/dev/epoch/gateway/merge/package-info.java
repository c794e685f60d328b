/** Merges, and commits that are replayed as merges. */
package dev.epoch.gateway.merge;
