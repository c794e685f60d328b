/** Open merges and what was decided about their conflicts. */
package dev.epoch.projections.conflicts;
